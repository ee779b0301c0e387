"""Tables: how someone's file becomes rows with headings, and how certain that is.

`file_kind` identifies and unpacks a file. `delimited` reads CSV (`delimiter` finds what parts the cells), `records`
JSON, `html_rows` web pages, `ruled` Markdown, and `core.documents.workbook` Excel and OpenDocument; all return a grid.
`choose` picks the table, `heading` its row of names, `column` the column of texts, with what `naming` knows about
names. `options` is what people ask for: `column=`, `sheet=`.
"""
