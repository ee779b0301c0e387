"""Reads untrusted files in a separate process: a file that crashes or fills its reader only causes an error.

`pool` implements `core.ports.FileReader`: which child reads what. `process` is one child from the bot's side, `child`
the same from within; `bounds` and `landlock` are what it may use and reach. `task` is what it can be asked, `frame`
the wire. `pages` and `page_task` are the two sides for pages of knowledge.
"""
