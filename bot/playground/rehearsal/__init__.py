"""The rehearsal model: answers by simple rules, without an account."""
