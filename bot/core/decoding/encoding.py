# ruff: noqa: RUF001 - letters and marks that look alike are what this is about
"""Which code page a text that is not Unicode was written in: each candidate is judged by what it would make of it.

A detector by bytes alone needs pages of text. Feedback comes in three lines, so the judge reads: letters that the
language often has, in words, in the right case, speak for a candidate; symbols inside words speak against it.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_JUDGED = 4_000  # characters that are not ASCII
LEAST_SCORE = 0.9  # of 2: below, no candidate reads like a language
CLEAR_LEAD = 0.5  # over the next candidate that would make another text of it
OFTEN, SELDOM = 2.0, 1.2  # what a letter of the language counts
SELDOM_MET = 0.45  # what a code page that is seldom met has to read better than another
LEAST_VOWELS = 0.3
PLENTY = 12  # characters that are not ASCII; fewer make no certainty

_KANA = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7)))) + "ー。、・「」！？"
_KANJI = (
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学"
    "問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平"
    "番号名前使料品質返送電話注文請求重感想良悪便利画面遅速変更削除消落反応改善希望お客様"
)
_HANS = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没"
    "成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已"
    "编号评论意见反馈问题客户产品服务退款导出应用崩溃重复扣费请慢快登录密码更新版本功能希望建议差太价格质量，。！？、：；（）“”"
)
_HANT = (
    "的一是了我不人在他有這個上們來到時大地為子中你說生國年著就那和要她出也得裡後自以會家可下而過天去能對小多然於心學麼之都好看起發當沒"
    "成只如事把還用第樣道想作種開美總從無情己面最女但現前些所同日手又行意動方期它頭經長兒回位分愛老因很給名法間斯知世什兩次使身者被高已"
    "編號評論意見反饋問題客戶產品服務退款匯出應用程式當機重複扣費請慢快登入密碼更新版本功能希望建議差太價格質量，。！？、：；（）「」"
)
_HANGUL = (
    "이다는에의하고을가를지은사로한기아인대서어도리나자시일정수해그게전라부으보면있것들제적었만여주습니장구상스국동원조성공무과선비유우소안화"
    "야했않없말되미계와까때물년요오세위같데내생신거관체학경문실방교연진모분식번더받용당된명입영후결발질업건단간개강재호의견앱꺼져중두"
    "품배송환불느려좋아빠르로그인오류결제회원고객감합니세요어요네요"
)
# The letters beside ASCII that each language has, most of them often.
_LATIN_WEST = {
    "German": "äöüßÄÖÜ",
    "French": "éèêàçùôîâûëïœÉÀÇÈÊ«»",
    "Spanish": "áéíóúñü¿¡ÁÉÍÓÚÑ",
    "Portuguese": "áéíóúãõçâêôàÁÉÍÓÚÃÕÇºª",
    "Italian": "àèéìòùÀÈÉ",
    "Swedish": "åäöéÅÄÖ",
    "Danish": "æøåéÆØÅ",
    "Dutch": "ëïéèöü",
    "Icelandic": "áéíóúýðþæöÁÐÞÆÖ",
}
_LATIN_EAST = {
    "Polish": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "Czech": "áčďéěíňóřšťúůýžČŘŠŽÁÍÚ",
    "Slovak": "áäčďéíľňóôšťúýžČŠŽ",
    "Hungarian": "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "Croatian": "čćđšžČĆĐŠŽ",
    "Romanian": "ăâîşţĂÂÎŞŢ",
    "German": "äöüßÄÖÜ",
}
_TURKISH = {"Turkish": "çğıöşüÇĞİÖŞÜ"}
_BALTIC = {"Lithuanian": "ąčęėįšųūžĄČĘĖĮŠŲŪŽ", "Latvian": "āčēģīķļņšūžĀČĒĪŠŪŽ", "Estonian": "äöõüšžÄÖÕÜ"}
# By how often they occur.
_CYRILLIC = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёПСНВОКМТАИРДБЕГЗЛУФХЧЭЯ",
    "Ukrainian": "оаинвітерслкудмпзяьбгйчхцжїшюєщфґПСНВОКМТАИРДБЕГЗІЛУФХЦЧЯ",
    "Bulgarian": "аоиентрсвлкдпмзгъуяцчбшжюйщхфьПСНВОКМТАИРДБЕГЗЛУФХЦЧЩЯ",
    "Serbian": "аоиентсрјувкдмпљзгбчњцшћжђхфџПСНВОКМТАИРДБЗГЈЛУФХЦЧШ",
}
_GREEK = {"Greek": "αοιετσνηυρπκμλςίόάέήδύγχθώφβξζψωΑΟΙΕΤΣΝΗΥΡΠΚΜΛΔΓΧΘΦΒΞΖΨΩ"}
_HEBREW = {"Hebrew": "יוהלאתמרבשנעםדחקפגכטזסןץךצף"}
_ARABIC = {"Arabic": "اليمونتربةعدسفهحكقأجىشصطخذضزإثغءظئؤآ،؟"}
_THAI = {"Thai": "".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F))))}

# Python's names, what a person reads, and the languages that are written in each. The earlier of two that would make
# the same text is named.
_CANDIDATES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("cp1252", "Windows-1252", _LATIN_WEST),
    ("cp1251", "Windows-1251", _CYRILLIC),
    ("cp932", "Shift-JIS", {"Japanese": _KANA + _KANJI}),
    ("euc_jp", "EUC-JP", {"Japanese": _KANA + _KANJI}),
    ("cp949", "EUC-KR", {"Korean": _HANGUL}),
    ("gb18030", "GB18030", {"Chinese": _HANS}),
    ("cp950", "Big5", {"Chinese": _HANT}),
    ("cp1250", "Windows-1250", _LATIN_EAST),
    ("iso8859_2", "ISO 8859-2", _LATIN_EAST),
    ("cp1254", "Windows-1254", _TURKISH),
    ("cp1257", "Windows-1257", _BALTIC),
    ("koi8_u", "KOI8-U", _CYRILLIC),
    ("koi8_r", "KOI8-R", _CYRILLIC),
    ("cp866", "CP866", _CYRILLIC),
    ("mac_cyrillic", "Mac Cyrillic", _CYRILLIC),  # not for people: a proper name
    ("iso8859_5", "ISO 8859-5", _CYRILLIC),
    ("cp1253", "Windows-1253", _GREEK),
    ("cp1255", "Windows-1255", _HEBREW),
    ("cp1256", "Windows-1256", _ARABIC),
    ("cp874", "Windows-874", _THAI),
    ("mac_roman", "Mac Roman", _LATIN_WEST),  # not for people: a proper name
    ("mac_latin2", "Mac Central European", _LATIN_EAST),  # not for people: a proper name
    ("cp850", "CP850", _LATIN_WEST),
    ("cp852", "CP852", _LATIN_EAST),
)
_TYPOGRAPHIC = frozenset("’‘“”„–—…«»€£°•·§™®©½¿¡№" + "\u00a0\u202f")
_JOINING = frozenset("’‘-–—\u00a0\u202f·/")  # stand between letters without harm
_VOWELS = frozenset("аеёиоуыэюяіїє")
_NEVER_FIRST = frozenset("ъьыйЪЬЫ")  # in a word of Russian, or hardly ever
# Of old Macs, of DOS, of standards that no one followed: seldom met today.
_RARE = frozenset({"mac_roman", "mac_cyrillic", "mac_latin2", "cp850", "cp852", "cp866", "iso8859_2", "iso8859_5"})
_WIDE = frozenset({"cp932", "euc_jp", "cp949", "gb18030", "cp950"})
NAMES = {codec: name for codec, name, _ in _CANDIDATES} | {
    "utf_8": "UTF-8",
    "utf_16": "UTF-16",
    "utf_16_le": "UTF-16 LE",
    "utf_16_be": "UTF-16 BE",
    "utf_32": "UTF-32",
    "iso2022_jp": "ISO-2022-JP",
    "iso8859_1": "ISO 8859-1",
    "iso8859_15": "ISO 8859-15",
}
# What a person chooses from, the most frequent first.
OFFERED = (
    *("utf_8", "cp1252", "cp1251", "cp1250", "cp932", "euc_jp", "cp949", "gb18030", "cp950", "utf_16_le"),
    *("koi8_u", "cp866", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "mac_roman", "cp850"),
)
# What people write, where Python's own table of names has something else, or something narrower.
_ALSO = {
    "shift_jis": "cp932",
    "sjis": "cp932",
    "windows_31j": "cp932",
    "euc_kr": "cp949",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "cp950",
    "iso8859_1": "cp1252",
    "ascii": "cp1252",
    "ansi": "cp1252",
    "windows": "cp1252",
    "mac": "mac_roman",
    "utf_8_sig": "utf_8",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A code page that a text may be written in, and whether nothing speaks for another."""

    codec: str
    is_certain: bool


def named(wanted: str) -> str:
    """Return the codec that someone named, "" where I know none of that name."""
    key = wanted.strip().casefold().replace("-", "_").replace(" ", "_")
    if key in _ALSO:
        return _ALSO[key]
    if key in NAMES:
        return key
    try:
        found = codecs.lookup(key).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
    found = _ALSO.get(found, found)
    return found if found in NAMES else ""


def guess(data: bytes) -> Guess | None:
    """Guess the code page of a text that is not Unicode; None where none reads like a language. Takes linear time."""
    sample = _sample(data)
    read = []
    for codec, _, languages in _CANDIDATES:
        if (text := _read(sample, codec)) is not None:
            score = max(_score(text, letters, codec in _WIDE) for letters in languages.values())
            read.append((score, codec, text))
    read.sort(key=lambda one: -one[0])  # stable: of equals, the earlier candidate
    if not read or read[0][0] < LEAST_SCORE:
        return None
    best, codec, text = read[0]
    lead = min(
        (best - score + SELDOM_MET * (other in _RARE) for score, other, made in read[1:] if made != text), default=best
    )
    many = sum(not letter.isascii() for letter in text) >= PLENTY
    return Guess(codec, many and codec not in _RARE and lead >= CLEAR_LEAD)


def _sample(data: bytes) -> bytes:
    """Return the first lines that are not all ASCII, whole: a double byte is never cut in two."""
    lines: list[bytes] = []
    size = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > MOST_JUDGED:
                break
    return b"\n".join(lines)[: 20 * MOST_JUDGED]


def _read(sample: bytes, codec: str) -> str | None:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        return decoder.decode(sample)  # what was cut off at the end does not count against it
    except UnicodeDecodeError:
        return None


def _score(text: str, letters: str, is_wide: bool) -> float:  # noqa: FBT001 - the script's own
    """Judge how much a text reads like a language: 2 is the best."""
    often = len(letters) if is_wide else len(letters) * 2 // 3
    own = {letter: OFTEN if place < often else SELDOM for place, letter in enumerate(letters)}
    is_latin = not is_wide and unicodedata.name(letters[0]).startswith("LATIN")
    total = weight = 0.0
    padded = f" {text} "
    for (before, letter), after in zip(pairwise(padded), padded[2:], strict=False):
        if letter.isascii():
            continue
        size = 2.0 if is_wide and ord(letter) > 0xFF else 1.0  # noqa: PLR2004 - two bytes of the file
        weight += size
        beside = before + after
        if letter in own and letter.isalpha() and not is_latin and beside.isascii() and any(map(str.isalpha, beside)):
            total -= size  # of two scripts in one word
        else:
            total += size * _plausible(letter, before, after, own)
        if weight > MOST_JUDGED:
            break
    if not weight:
        return 0.0
    return total / weight - (SELDOM if _lacks_vowels(text, letters) else 0.0)


def _lacks_vowels(text: str, letters: str) -> bool:
    """Return whether a text of Cyrillic letters has fewer vowels than any language: it is Hebrew, or noise."""
    if letters not in _CYRILLIC.values():
        return False
    own = [letter for letter in text.casefold() if letter in letters]
    return sum(letter in _VOWELS for letter in own) < LEAST_VOWELS * len(own)


def _plausible(letter: str, before: str, after: str, own: Mapping[str, float]) -> float:
    inside = before.isalpha() and after.isalpha()
    if letter in _NEVER_FIRST and not before.isalpha():
        return -1.0
    if letter in own and (letter.isalpha() or not inside):
        # Within a word, capitals follow capitals only.
        return -1.0 if letter.isupper() and before.islower() else own[letter]
    if letter in _TYPOGRAPHIC:
        return -2.0 if inside and letter not in _JOINING else OFTEN
    if letter.isalpha() and ord(letter) > 0x2E80:  # noqa: PLR2004 - where the scripts of East Asia begin
        return 0.6
    if letter.isalpha():
        return -0.6
    return -2.0 if inside or not letter.isprintable() else -1.0
