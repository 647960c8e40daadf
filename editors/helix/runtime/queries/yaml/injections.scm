; For ~/.config/helix/runtime/queries/yaml/injections.scm. A file there replaces Helix' own; the first pattern is all of that.
((comment) @injection.content
  (#set! injection.language "comment"))

; SQL in `?{ … }`. Helix injects whole nodes, so the braces go to the SQL parser too, which recovers from them.
([(string_scalar) (single_quote_scalar) (double_quote_scalar) (block_scalar)] @injection.content
  (#match? @injection.content "^([|>][-+0-9]*\\s+|[\"'])?\\?\\{")
  (#set! injection.include-children)
  (#set! injection.language "sql"))

; SQL that is a whole value: of models, metrics, dimensions.
((block_mapping_pair
  key: (flow_node) @_key
  value: (flow_node
    [(plain_scalar (string_scalar) @injection.content)
     (single_quote_scalar) @injection.content
     (double_quote_scalar) @injection.content]))
  (#match? @_key "^(sql|expression)$")
  (#not-match? @injection.content "^[\"']?\\?\\{")
  (#set! injection.include-children)
  (#set! injection.language "sql"))

((block_mapping_pair
  key: (flow_node) @_key
  value: (block_node (block_scalar) @injection.content))
  (#match? @_key "^(sql|expression)$")
  (#not-match? @injection.content "^[|>][-+0-9]*\\s+\\?\\{")
  (#set! injection.include-children)
  (#set! injection.language "sql"))

; HTML of a dashboard: `template: |`.
((block_mapping_pair
  key: (flow_node) @_key
  value: (block_node (block_scalar) @injection.content))
  (#eq? @_key "template")
  (#set! injection.include-children)
  (#set! injection.language "html"))
