"""Tables: how the bytes of someone's file become rows with headings, and how sure that is.

decode.py      bytes to text; encoding.py guesses among code pages
delimited.py   CSV and its kin; delimiter.py finds what parts the cells
records.py     JSON in all its shapes; html_rows.py tables of web pages; workbook.py Excel and OpenDocument
heading.py     which row names the columns
column.py      which column holds the texts; naming.py what a heading says about that
grid.py        what the readers return
wish.py        what a person says about reading a file: `column=`, `sheet=`, `heading=`, `encoding=`
"""
