"""What the bot is: pure rules, and use cases over ports. Knows no SDK, no SQL and no chat platform."""
