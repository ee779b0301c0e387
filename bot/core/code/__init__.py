"""`/code`: what was asked for, the files of an answer, whether they parse, their versions in a thread."""
