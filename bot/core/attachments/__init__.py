"""Files that people attach to a message, read for the model.

`file_kind` identifies images, PDFs and texts, `attach` opens them within the bounds (bytes, pages, tokens), `picture`
reads an image's size, `rejected_files` finds the file that the API refuses.
"""
