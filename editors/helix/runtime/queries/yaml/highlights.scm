; For ~/.config/helix/runtime/queries/yaml/highlights.scm. A file there replaces Helix' own, so this is all of YAML. No two
; patterns match one node: which of several wins has changed between versions of Helix.

(comment) @comment
(anchor_name) @label
(alias_name) @label
(tag) @type
[(yaml_directive) (tag_directive) (reserved_directive)] @attribute
(null_scalar) @constant.builtin
(boolean_scalar) @constant.builtin.boolean
(integer_scalar) @constant.numeric.integer
(float_scalar) @constant.numeric.float
(escape_sequence) @constant.character.escape

(block_mapping_pair
  key: (flow_node [(double_quote_scalar) (single_quote_scalar) (plain_scalar (string_scalar))] @variable.other.member))
(flow_mapping
  (_ key: (flow_node [(double_quote_scalar) (single_quote_scalar) (plain_scalar (string_scalar))] @variable.other.member)))

; References that are whole values: `${ref(name)}`, `ref(name)`, `${ref(name).column}`; `${env.NAME}`.
(block_mapping_pair
  value: (flow_node (plain_scalar (string_scalar) @markup.link.label))
  (#match? @markup.link.label "^(\\$\\{\\s*ref\\([^()]*\\)[\\w.]*\\s*\\}|ref\\([^()]*\\))$"))
(block_sequence_item
  (flow_node (plain_scalar (string_scalar) @markup.link.label))
  (#match? @markup.link.label "^(\\$\\{\\s*ref\\([^()]*\\)[\\w.]*\\s*\\}|ref\\([^()]*\\))$"))
(block_mapping_pair
  value: (flow_node (plain_scalar (string_scalar) @constant.macro))
  (#match? @constant.macro "^\\$\\{\\s*env\\.\\w+\\s*\\}$"))

; Other texts.
(block_mapping_pair
  value: (flow_node [(double_quote_scalar) (single_quote_scalar) (plain_scalar (string_scalar))] @string)
  (#not-match? @string "^(\\$\\{\\s*(ref\\([^()]*\\)[\\w.]*|env\\.\\w+)\\s*\\}|ref\\([^()]*\\))$"))
(block_sequence_item
  (flow_node [(double_quote_scalar) (single_quote_scalar) (plain_scalar (string_scalar))] @string)
  (#not-match? @string "^(\\$\\{\\s*ref\\([^()]*\\)[\\w.]*\\s*\\}|ref\\([^()]*\\))$"))
(flow_sequence
  (flow_node [(double_quote_scalar) (single_quote_scalar) (plain_scalar (string_scalar))] @string))
(flow_mapping
  (_ value: (flow_node [(double_quote_scalar) (single_quote_scalar) (plain_scalar (string_scalar))] @string)))
(block_scalar) @string

["," "-" ":" ">" "?" "|"] @punctuation.delimiter
["[" "]" "{" "}"] @punctuation.bracket
["*" "&" "---" "..."] @punctuation.special
