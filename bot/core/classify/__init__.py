"""Sort messages into categories: a few lines, or a file of thousands.

`parse` reads the command, `request_form` a message menu's form, `sources` collects the items, `file_reader` and `table`
read files, `how_file_was_read` shows that to the sender. `start` opens a run, asks what has to be decided and proposes
categories (`propose`); `advance` works on it, with what is in `context`: `model_calls` cuts items into calls,
`classifier` asks, over the form in `schema`, with `examples` that people settled, and `evidence` checks quotes.
`message_batches` does so at half the price. `render` shows the result, `export` writes CSV and XLSX (`formula` disarms
cells, `workbook` texts). `actions` are the buttons, `checkpoint` keeps a run's turns together, `metrics` measures.
"""
