"""The forms of secrets that their issuers publish: keys, tokens, addresses with a password."""

import re

_KEY = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"  # not for people: a pattern
FORMATS = (
    re.compile(rf"{_KEY}(?:[^-]|-(?!----BEGIN)){{0,20000}}?-----END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----"),
    re.compile(rf"{_KEY}[\w+/=\s]{{0,20000}}"),  # cut off
    re.compile(
        r"(?<![^\W_])(?:"
        r"(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS
        r"|gh[pousr]_\w{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,255}"  # GitHub, GitLab
        r"|xox[a-z](?:\.xox[a-z])?-[\w-]{10,400}|xapp-[\w-]{10,400}"  # Slack
        r"|sk-[\w-]{20,400}"  # Anthropic, OpenAI
        r"|[rsp]k_(?:live|test)_\w{10,255}|whsec_[\w+/=]{20,255}"  # Stripe
        r"|AIza[\w-]{35}|ya29\.[\w-]{20,400}|GOCSPX-[\w-]{20,60}"  # Google
        r"|npm_\w{36}|pypi-[\w-]{50,400}|hf_\w{30,60}|dop_v1_\w{64}|shpat_\w{32}"
        r"|hvs\.[\w-]{20,200}|glsa_\w{20,100}|lin_api_\w{20,100}|dckr_pat_[\w-]{20,100}|gsk_\w{20,100}|xai-\w{20,200}"
        r"|sq0(?:atp|csp)-[\w-]{20,80}|ATATT3[\w=-]{20,300}|AGE-SECRET-KEY-1[A-Z0-9]{50,60}|PMAK-[\w-]{20,100}"
        r"|r8_\w{30,60}|figd_[\w-]{20,80}|sntrys_[\w=+/-]{20,400}|\d{8,10}:AA[\w-]{33}"  # the last, Telegram
        r"|SG\.[\w-]{16,64}\.[\w-]{16,64}"  # SendGrid
        r"|eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{0,4000}"  # a JSON web token
        r")"
    ),
    re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{5,25}/[\w-]{20,100}"),
    re.compile(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{10,200}"),
    re.compile(r"(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)"),  # of an address, user:password@host
    re.compile(  # … whose password has an "@" or a "/" in it, where that can be nothing else
        r"(?i:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|ldaps?|ftps?|smtps?)(?:\+\w{1,20})?"
        r"://(?P<value>[^\s/@:]{0,100}:[^\s\"'<>]{1,200})(?=@[\w.-])"
    ),
    re.compile(r"(?i:\b(?:bearer|basic)\s{1,3})(?P<value>[\w.~+/=-]{16,4000})"),
    re.compile(r"(?:SharedAccessKey|AccountKey|[?&]sig)=(?P<value>[\w%+/=-]{16,400})"),  # Azure
    # mysql -pSecret, sshpass -p secret; curl -u user:secret
    re.compile(
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|mongo|mongosh)\b[^\n|;&]{0,80}?\s-p\s?"
        r"(?P<value>[^\s'\"-][^\s'\"]{2,200})"
    ),
    re.compile(
        r"\bcurl\b[^\n|;&]{0,200}?\s(?:-u|--user)[ =]?['\"]?[^\s:'\"]{1,100}:(?P<value>[^\s'\"$][^\s'\"]{2,200})"
    ),
)
