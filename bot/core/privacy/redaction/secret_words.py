"""The words that precede secrets, in many languages, and those that describe a secret or replace it."""

# not for people: words that people write

from __future__ import annotations

# Accents may be signs of their own, as Macs write them, or missing. Short words count only where a word begins.
PASSWORDS = (
    r"passw(?:or[dt]|d)|pass(?:phrase|code|ord)|kennwort|zugangscode|contrase(?:n\u0303?|ñ|ny)a|contrasinal"
    r"|mot[ _-]de[ _-]passe|palavra[ _-]passe|wachtwoord|senha|has(?:l|ł)(?:o|em)"
    r"|adgangskode|kodeord|l(?:o\u0308?|ö)senord|lykilor[ðd]|salasana|parool|slapta(?:z\u030c?|ž)od\w{1,3}"
    r"|jelsz(?:o\u0301?|ó|av)\w{0,4}|lozink[aeiu]|fjal\w{1,2}kalimi?|pasahitza"
    r"|(?:seed|recovery|secret)[ _-]?phrase|mnemonic|m(?:a\u0323?\u0302?\u0323?|ậ)t[ _]?kh"
    r"(?:a\u0302?\u0309?|ẩ)u|kata[ _]sandi"
    r"|(?<![^\W_])(?:clave|hesl(?:o|a|em)|gesl[oa]|parol(?:a|e|a\u0306|ă|ä)(?:m|n\u0131z|s\u0131)?"
    r"|(?:s\u0327?|ş)ifre(?:m|si|niz)?|sandi|losung)"
    r"(?![^\W\d_])"
    r"|парол\w{1,2}|лозинк[\u0430\u0435\u0443]|κωδικ(?:ό|\u03bf\u0301?)ς(?: πρόσβασης)?"
    r"|סיסמ[הת]|كلمة (?:ال)?(?:سر|مرور)|رمز عبور|پسورد|पासवर्ड|পাসওয়ার্ড|รหัสผ่าน"
    r"|密[码碼]|口令|パス(?:ワード|コード|フレーズ)|暗証番号|合言葉|비밀번호|비번|암호|패스워드"
    r"|identified\s+by|(?<![^\W_])(?:pwd|mdp|pass|pw)|(?-i:(?<=[a-z])(?:Pass|Pwd))"
)
KEYS = (
    r"(?:api|access|private|account|auth|secret|signing|encryption|shared|master|service|session|storage)[ _-]?key"
    r"|api[ _-]?schl\w{1,3}ssel|cl(?:é|e\u0301?)[ _-]api|clave[ _-](?:de[ _-])?api|chiave[ _-]api"
    r"|secret|token|credentials?|creds|authorization|(?<![^\W_])(?:jeton|segredo)(?![^\W\d_])"
    r"|токен|api[ -]ключ|令牌|密[钥鑰]|トークン|토큰"
)
VERBS = (
    r"(?:is|are|was|ist|war|lautet|est|es|er|är|è|é|jest|это)"
    r"(?:[ \t](?:now|still|currently|set[ ]to|jetzt|nun|ahora|maintenant))?"
    r"|(?:set|re-?set|changed?|updated?)[ ]to"
)

# A word that goes on with one of these tells something about a secret: PASSWORD_FILE, tokenType, "password length".
_DESCRIBING = """
    age algorithm alg at attempt attempts audience authenticator bits box budget bytes cache change changed char
    chars check checker class classes code codes column complexity cost count counts created date day days
    description detail details duration encoder endpoint enabled error errors expired expires expiration expiry
    failed failures field fields file files format func function generator grant group handler hash hashed
    hashers hashes header help hint history hook id ids index info input issue issues issuer kind label last
    leaked len length level life lifetime limit limits link list location logic manager max message messages min
    minimum missing mode model name names number options page param parameter parser path paths placeholder
    policy position problem problems prefix prompt protected provider question rate ratio ref reference regex
    regexp required requirements reset retries review rotation rotated rule rules santa salt scan scheme scope
    scopes score seconds service set setting settings size span stats status stdin store strategy strength
    stream string text through ticket time timeout title ttl type types uri uris url urls usage use used user
    username valid validation validator version view width worker
"""
DESCRIBING = frozenset(_DESCRIBING.split())
# And with one of these, it is still the secret itself.
_QUALIFYING = """
    1 2 3 a admin again alt app b backup base bot confirm confirmation current db default demo dev develop
    development email full global int ldap live local main master mysql neu new nuevo old original plain
    postgres preprod prod production qa read redis repeat root sandbox smtp stage staging test testing uat v1 v2
    v3 value verify web write
"""
QUALIFYING = frozenset(_QUALIFYING.split())

# What follows the word in sentences, code and forms.
_ORDINARY = """
    abgelaufen above admin and any are ask asked async attached await basic bearer below blank bool boolean
    bytes can changeable changed char const correct default disabled done email empty enabled encrypted
    everything example expirado expired failed failing falsch false fehlt field for forgot forgotten form from
    function geheim gleich had has hashed have her here hidden his incorrect incorrecta incorrecto inherit input
    int integer invalid its kein keine kennwort key lambda leaked leer let liegt link login lokal mandatory
    masked may missing must needed never new nicht nil no noch none not nothing null number object oder off ok
    olvidada omitted on optional oubli our output page pass passed passphrase passwd password passwort pending
    placeholder plain plaintext policy prompt redacted removed required reset return richtig rotated rotation
    same screen secret secretstr see self set should siehe something steht stolen str string strong text that
    the their this token true type undefined unknown unset user username valid value var varchar vergessen was
    weak were will with would wrong yes your
"""
ORDINARY = frozenset(_ORDINARY.split())
# Of these, what makes a sentence of words in quotes; a passphrase has none.
_GRAMMAR = """
    a and any are at been by do for from had has have her here his if in is it its let may must my never no not
    of off on or our please see should that the their this to was will with would wrong you your yes
"""
GRAMMAR = frozenset(_GRAMMAR.split())
