"""What the bot is: pure rules, and use cases over ports. Knows no SDK, no SQL and no chat platform.

The map in `bot/__init__.py` has the packages, and what everything begins with: `commands`, `mention_commands`,
`actions`, `access`, `home`. Beside these: what use cases share, each named for what it holds.
"""
