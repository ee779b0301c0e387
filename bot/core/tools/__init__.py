"""Tools: what the model can look up or note while it answers.

`tool.py` says what a tool is; each tool has a module of its own, and `app.py` puts them together. `rounds.py` is the
loop: ask the model, run what it calls, ask again; `progress.py` is what it keeps for another try. `run.py` runs the
calls of one round, each once. `toolbox.py` says which tools a turn has. `web.py` decides on the web; `evidence.py` says
what has a source, `unsearched.py` what was stated without a search. `find_messages.py`, `search_knowledge.py` and
`remember.py` are tools.
"""
