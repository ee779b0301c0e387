"""What Slack delivers, converted to the domain's values."""
