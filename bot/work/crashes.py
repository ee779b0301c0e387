"""After how many deaths of their processes jobs are suspects, are run alone, and are set aside.

Why so many: see quarantine.py.
"""

SUSPECT = 2  # deaths, whatever else ran there: from now on, the job runs in quarantine
CRASHED = 1  # deaths of the quarantine's own process: from now on, it runs there alone
GUILTY = 3  # of those: it is set aside
