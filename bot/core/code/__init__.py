"""Write code: show it, check it, save it, and go on with it in its thread.

language.py    what languages are called, what their files are called
request.py     what was typed
files.py       the files of an answer: its fenced blocks, each under a fitting name
naming.py      what they are called
fence.py       fences inside of fences
check.py       whether they parse; report.py what that found
version.py     what an answer changes in the files of its thread
resume.py      what broke off within a file is gone on with
produce.py     one answer: shown as it comes, checked, mended once, saved
wording.py     what a person reads below it, and the buttons there
write.py       `/code`
follow_up.py   what its thread is asked next, by words or by buttons
anew.py        an answer that was cut, gone on with or written anew
"""
