"""Write code: show it, check it, save it, and go on with it in its thread.

`parse` reads the command and `write` runs it. `generate` lets the model write one answer, checked by `syntax`,
corrected once, and saved; `diff` is what it changes in the files of its thread, `render` what people read below it.
`revise` takes what the thread asks next.
"""
