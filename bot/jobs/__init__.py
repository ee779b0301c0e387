"""What runs from the inbox: each module registers the jobs that it runs, and nothing runs that is not registered."""
