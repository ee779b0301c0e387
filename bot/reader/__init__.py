"""Strangers' files are read in a separate process: a file that breaks or fills its reader gets an error, no more.

pool.py      implements `core.ports.FileReader`: which child reads what, and what is told when one had to be ended
process.py   one child, from the bot's side
child.py     one child, from within: `python -m bot.reader.child`
bounds.py    what a child may take of the machine; landlock.py what it may reach there
task.py      what can be asked of a child, and how its results go over the wire in pieces
frame.py     the wire between the two
"""
