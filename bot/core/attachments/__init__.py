"""Files that people attach to a message, read for the model.

`attach` opens them within the `limits` (how many, bytes, pages, pixels), with `core.documents` for those that are made
into text; `picture` reads an image's size, `rejected_files` finds the file that the API refuses.
"""
