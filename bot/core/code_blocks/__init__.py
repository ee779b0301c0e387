"""The fenced code blocks of a text: `fences` finds them, `files` names them, `resume` joins what was cut."""
