"""Write code: show it, check it, save it, and go on with it in its thread.

`parse` reads the command and `write` runs it. `generate` lets the model write one answer, checked by `syntax`,
corrected once, and saved. `changed_files` decides which of its blocks count as files, and what each of them changes in
the thread; `diff` shows that in a few lines, `render` says what people read below it. `revise` takes what the thread
asks next.
"""
