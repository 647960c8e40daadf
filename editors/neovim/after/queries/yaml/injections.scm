; extends

; SQL in `?{ … }`. `string_scalar`, not `plain_scalar`: Neovim cuts children out of what is injected, and the latter is all child.
((string_scalar) @injection.content
  (#lua-match? @injection.content "^%?{.*}$")
  (#offset! @injection.content 0 2 0 -1)
  (#set! injection.language "sql"))

; The same with a slice, `?{ … }[0]`, or while its brace is missing.
((string_scalar) @injection.content
  (#lua-match? @injection.content "^%?{")
  (#not-lua-match? @injection.content "}$")
  (#offset! @injection.content 0 2 0 0)
  (#set! injection.language "sql"))

(([(double_quote_scalar) (single_quote_scalar)] @injection.content
  (#lua-match? @injection.content "^[\"']%?{"))
  (#offset! @injection.content 0 3 0 -2)
  (#set! injection.include-children)
  (#set! injection.language "sql"))

; SQL that is a whole value: of models, metrics, dimensions, relations.
((block_mapping_pair
  key: (flow_node) @_key
  value: (flow_node
    (plain_scalar
      (string_scalar) @injection.content)))
  (#any-of? @_key "sql" "expression")
  (#not-lua-match? @injection.content "^%?{")
  (#set! injection.language "sql"))

((block_mapping_pair
  key: (flow_node) @_key
  value: (flow_node
    [(double_quote_scalar) (single_quote_scalar)] @injection.content))
  (#any-of? @_key "sql" "expression")
  (#not-lua-match? @injection.content "^[\"']%?{")
  (#offset! @injection.content 0 1 0 -1)
  (#set! injection.include-children)
  (#set! injection.language "sql"))

; Below the line of the `|` or `>`, whether it is all SQL or a query.
((block_mapping_pair
  key: (flow_node) @_key
  value: (block_node
    (block_scalar) @injection.content))
  (#any-of? @_key "sql" "expression")
  (#lua-match? @injection.content "^[|>]%s")
  (#offset! @injection.content 0 1 0 0)
  (#set! injection.language "sql"))

((block_mapping_pair
  key: (flow_node) @_key
  value: (block_node
    (block_scalar) @injection.content))
  (#any-of? @_key "sql" "expression")
  (#lua-match? @injection.content "^[|>][-+0-9]")
  (#offset! @injection.content 0 2 0 0)
  (#set! injection.language "sql"))

((block_scalar) @injection.content
  (#lua-match? @injection.content "^[|>]%s+%?{")
  (#offset! @injection.content 0 1 0 0)
  (#set! injection.language "sql"))

((block_scalar) @injection.content
  (#lua-match? @injection.content "^[|>][-+0-9]%s+%?{")
  (#offset! @injection.content 0 2 0 0)
  (#set! injection.language "sql"))

; HTML of a dashboard: `template: |`.
((block_mapping_pair
  key: (flow_node) @_key
  value: (block_node
    (block_scalar) @injection.content))
  (#eq? @_key "template")
  (#lua-match? @injection.content "^[|>]%s")
  (#offset! @injection.content 0 1 0 0)
  (#set! injection.language "html"))

((block_mapping_pair
  key: (flow_node) @_key
  value: (block_node
    (block_scalar) @injection.content))
  (#eq? @_key "template")
  (#lua-match? @injection.content "^[|>][-+0-9]")
  (#offset! @injection.content 0 2 0 0)
  (#set! injection.language "html"))
