"""The fenced code blocks of a text.

`fences` finds them, `file_names` names them, `blocks` makes files of them, `resume` joins what was cut. Which of them
count as files is decided in `core/code/changed_files.py`.
"""
