"""To Slack: answers, posts, forms and files, within its limits."""
