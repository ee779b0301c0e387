"""Write code: show it, check it, save it, and go on with it in its thread.

`parse` reads the command and `command` runs it. `generate` lets the model write one answer and saves its files;
`correct` has `syntax` check them and asks for one correction; `draft` is what a retry goes on from. `changed_files`
decides which of its blocks count as files, and what each of them changes in the thread; `diff` shows that in a few
lines, `render` says what people read below it, `prose` keeps foreign links out of what is said around code. `revise`
takes what the thread asks next.
"""
