"""Office files, mail and web pages as text that a model reads: headings, lists and tables as Markdown.

`kinds` declares the kinds of files, `identify` finds that of a file by its name and type. `read` looks at its content
and picks the module that reads it (`word`, `sheet`, `slides` by `open_xml`; `open_document`, `rich_text`, `mail`,
`web_page`, `book`, `notebook`); each returns a `document`, as `markdown`, and says what it left out. All of this runs
in the bounded process of `bot.reader`, where it loads its libraries. `archive`, `workbook` and `grid` serve `/classify`
too. For knowledge, `main_text` reads what a page is about, `site_files` sitemaps and robots.txt, `pdf_text` PDFs.
`refusal` has what people read of a file that can't be read, whoever finds that out.
"""
