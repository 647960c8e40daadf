; extends

; A reference that is a whole value: `${ref(name)}`, `ref(name)`, `${ref(name).column}`.
((string_scalar) @markup.link
  (#lua-match? @markup.link "^%${%s*ref%([^()]*%)[%w_.]*%s*}$"))

((string_scalar) @markup.link
  (#lua-match? @markup.link "^ref%([^()]*%)$"))

((string_scalar) @constant.macro
  (#lua-match? @constant.macro "^%${%s*env%.[%w_]+%s*}$"))

; The same in quotes, and `>{ … }` of tests and alerts.
([(double_quote_scalar) (single_quote_scalar)] @markup.link
  (#lua-match? @markup.link "^[\"']%${%s*ref%([^()]*%)[%w_.]*%s*}[\"']$"))

([(double_quote_scalar) (single_quote_scalar)] @string.special
  (#lua-match? @string.special "^[\"']>{.*}[\"']$"))
