"""Files of feedback as people send them: read as they are meant, or refused with what is the matter."""

# ruff: noqa: E501, RUF001 - a case is a row; letters of other scripts are what some are about

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest
import xlsxwriter

from bot.core.classify import file_reader, parse
from bot.core.classify import how_file_was_read as how
from bot.core.classify.file_reader import ENCODING
from bot.core.domain.classify_item import AS_FOUND, ReadAs
from bot.errors import UsageError
from tests.support.bombs import sparse

FOLDER = "a report in a public tracker"
VARIANT = "a variant of the others"
GITHUB = "https://github.com"
CLOSES, CHARGED = "App closes when I tap export", "Charged twice in October"
BOTH = [CLOSES, CHARGED]


def texts(name: str, data: str | bytes, wish: ReadAs = AS_FOUND) -> list[str]:
    read = file_reader.read(name, data.encode() if isinstance(data, str) else data, wish)
    return [item.text for item in read.items()]


def book(*sheets: tuple[str, list[list[object]]], active: str = "", hidden: str = "") -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        for title, rows in sheets:
            page = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if title == active:
                page.activate()
            if title == hidden:
                page.hide()
    return file.getvalue()


def packed(files: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


ROWS: list[list[object]] = [["Id", "Customer wrote"], [101, CLOSES], [102, CHARGED]]
PLAY = (
    "Package Name,App Version Code,Reviewer Language,Device,Review Submit Date and Time,Star Rating,Review Title,"
    "Review Text,Developer Reply Text,Review Link\n"
    f"com.example.app,41,en,oriole,2026-11-02T10:11:12Z,1,,{CLOSES},"
    '"Hello, we are sorry for the trouble. Please write to our support with your device.",https://play.example/1\n'
    f"com.example.app,41,en,panther,2026-11-02T11:11:12Z,5,,{CHARGED},,https://play.example/2\n"
    "com.example.app,41,en,husky,2026-11-02T12:11:12Z,4,,,,https://play.example/3\n"
)
QUALTRICS = (
    "StartDate,Q1,Q2\nStart Date,How likely are you to recommend us?,Why?\n"
    '"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n'
    f"2026-11-01,9,{CLOSES}\n2026-11-02,2,{CHARGED}\n"
)
REVIEWS = [{"id": 1, "text": CLOSES}, {"id": 2, "text": CHARGED}]
GRAPHQL = {
    "data": {"repository": {"issues": {"edges": [
        {"node": {"number": 1, "title": "Export", "body": CLOSES, "comments": {"totalCount": 3}}},
        {"node": {"number": 2, "title": "Refund", "body": CHARGED, "comments": {"totalCount": 0}}},
    ]}}}
}  # fmt: skip
ISSUES = "".join(
    json.dumps({"number": number, "title": title, "comments": number, "body": body}) + "\n"
    for number, title, body in ((3, "Export", CLOSES), (0, "Refund", CHARGED))
)
HTML = f"<html><body><table border=1>\n<tr><th>Ticket</th><th>Comment</th></tr>\n<tr><td>101</td><td>{CLOSES}</td></tr>\n</table>"
EXCEL_2003 = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?><?mso-application progid="Excel.Sheet"?><Workbook '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table><Row><Cell><Data>Id</Data></Cell>'
    f'<Cell><Data>Comment</Data></Cell></Row><Row><Cell ss:Index="2"><Data>{CLOSES}</Data></Cell></Row></Table></Worksheet></Workbook>'
)
COMMENTED = "".join(f"# note {n} of the tool that wrote this\n" for n in range(12))

# name, what it holds, the texts in it, where somebody had trouble with the like
READ: list[tuple[str, str | bytes, list[str], str]] = [
    ("sep-semicolon.csv", f"sep=;\r\nTicket;Customer wrote;Stars\r\n1;{CLOSES};1\r\n2;{CHARGED};2\r\n", BOTH, FOLDER),
    ("sep-comma.csv", f"sep=,\r\nTicket,Customer wrote,Stars\r\n1,{CLOSES},1\r\n2,{CHARGED},2\r\n", BOTH, FOLDER),
    ("sep-quoted.csv", f'"sep=;"\r\nid;text\r\n1;{CLOSES}\r\n2;{CHARGED}\r\n', BOTH, FOLDER),
    ("sep-tab.csv", f"sep=\t\nid\ttext\n1\t{CLOSES}\n2\t{CHARGED}\n".encode("utf-16"), BOTH, VARIANT),
    ("title-rows.csv", f"Feedback report\r\nExported 2026-11-29 by Support\r\n\r\nTicket,Customer wrote,Stars\r\n1,{CLOSES},1\r\n2,{CHARGED},2\r\n", BOTH, FOLDER),
    ("title-rows-text.csv", f"Feedback report,,\r\n,,\r\nid,comment,stars\r\n1,{CLOSES},1\r\n2,{CHARGED},2\r\n", BOTH, FOLDER),
    ("dup-headings.csv", f"Key,Label,Label,Customer wrote\nA-1,x,y,{CLOSES}\nA-2,x,,{CHARGED}\n", BOTH, FOLDER),
    ("trailing-comma.csv", f"Id,Customer wrote,Stars,\n1,{CLOSES},1,\n2,{CHARGED},2,\n", BOTH, FOLDER),
    ("year-heading.csv", f"Customer wrote,2025,2026\n{CLOSES},3,4\n{CHARGED},1,2\n", BOTH, FOLDER),
    ("survey-questions.csv", f"Timestamp,Score,What is the main thing that we should change to make your everyday work with us easier?,Email\n2026-11-02 10:11,3,{CLOSES},x1@example.com\n2026-11-02 10:15,9,{CHARGED},x2@example.com\n", BOTH, FOLDER),
    ("qualtrics.csv", QUALTRICS, BOTH, FOLDER),
    ("one-column-answer.csv", f"Answer\n{CLOSES}\n{CHARGED}\n", BOTH, FOLDER),
    ("one-column-question.csv", f'"What should we improve?"\n{CLOSES}\n{CHARGED}\n', BOTH, FOLDER),
    ("google-play.csv", PLAY.encode("utf-16"), BOTH, FOLDER),
    ("google-play-noreply.csv", PLAY.replace("Hello, we are sorry for the trouble. Please write to our support with your device.", "").encode("utf-16"), BOTH, FOLDER),
    ("issues.jsonl", ISSUES, [f"Export\n\n{CLOSES}", f"Refund\n\n{CHARGED}"], FOLDER),
    ("u2028.jsonl", json.dumps({"text": "one\u2028two"}, ensure_ascii=False) + '\n{"text": "it hangs"}\n', ["one\u2028two", "it hangs"], FOLDER),
    ("u2029.jsonl", json.dumps({"text": "one\u2029two"}, ensure_ascii=False) + '\n{"text": "it hangs"}\n', ["one\u2029two", "it hangs"], FOLDER),
    ("u2028.txt", "First line\u2028second line\nit hangs\n", ["First line\u2028second line", "it hangs"], FOLDER),
    ("array.json", json.dumps(REVIEWS, indent=2), BOTH, FOLDER),
    ("array-flat.json", json.dumps(REVIEWS), BOTH, FOLDER),
    ("object.json", json.dumps({"reviews": REVIEWS}, indent=2), BOTH, FOLDER),
    ("object-flat.json", json.dumps({"reviews": REVIEWS}), BOTH, FOLDER),
    ("html.xls", HTML, [CLOSES], FOLDER),
    ("shift-jis.csv", "番号,コメント\r\n1,アプリがすぐに落ちます\r\n2,二重に請求されました\r\n".encode("cp932"), ["アプリがすぐに落ちます", "二重に請求されました"], FOLDER),
    ("cp1251.csv", "Номер,Комментарий\r\n1,Приложение падает при экспорте\r\n2,Списали деньги дважды\r\n".encode("cp1251"), ["Приложение падает при экспорте", "Списали деньги дважды"], FOLDER),
    ("euckr.csv", "번호,의견\r\n1,앱이 자꾸 꺼져요\r\n2,두 번 결제되었어요\r\n".encode("cp949"), ["앱이 자꾸 꺼져요", "두 번 결제되었어요"], FOLDER),
    ("utf16le-nobom.csv", "id,text\r\n1,it hangs\r\n".encode("utf-16-le"), ["it hangs"], FOLDER),
    ("utf8-onebad.csv", "id,text\r\n1,Größe falsch – schade\r\n2,trüb\r\n".encode() + b"3,bad \xff byte\r\n", ["Größe falsch – schade", "trüb", "bad \ufffd byte"], FOLDER),
    ("unquoted-commas.csv", "id,text\n1,The export fails, every time I try\n2,Charged twice, please refund\n3,Love it\n", ["The export fails, every time I try", "Charged twice, please refund", "Love it"], FOLDER),
    ("unquoted-commas-one.csv", "review\nGreat app, but it drains the battery\nCrashes, crashes, crashes\nfine\n", ["Great app, but it drains the battery", "Crashes, crashes, crashes", "fine"], FOLDER),
    ("stray-quote.csv", 'id,text,stars\n1,"Best app ever" they said,1\n2,"it is 5" wide only,2\n3,App crashes,1\n4,He said "no",3\n', ['"Best app ever" they said', '"it is 5" wide only', "App crashes", 'He said "no"'], FOLDER),
    ("stray-quote-open.csv", 'id,text,stars\n1,"Best app ever they said,1\n2,it hangs at start,2\n3,App crashes,1\n4,Refund "please",2\n', ['"Best app ever they said', "it hangs at start", "App crashes", 'Refund "please"'], FOLDER),
    ("hidden-first.xlsx", book(("lists", [["Status"], ["open"], ["closed"]]), ("Feedback", ROWS), active="Feedback", hidden="lists"), BOTH, FOLDER),
    ("cover-sheet.xlsx", book(("Read me", [["Customer feedback 2026"], ["Exported by the support tool"]]), ("Feedback", ROWS), active="Feedback"), BOTH, FOLDER),
    ("long-cell.csv", f'id,text\n1,"{"word " * 28_000}"\n2,{CHARGED}\n', [("word " * 28_000).strip(), CHARGED], FOLDER),
    ("more-commas.csv", "item_id;description\nmy-item-id;One, two, three, four, five.\n", ["One, two, three, four, five."], f"{GITHUB}/mholt/PapaParse/issues/861"),
    ("decimal-commas.csv", f"nome;comentário;valor\nJessica;{CLOSES};5,58\nBea;{CHARGED};5,5\n", BOTH, f"{GITHUB}/mholt/PapaParse/issues/910"),
    ("no-heading.csv", "17 ; it hangs, it is slow, it is loud,\n\n18 ; it sings, it dances, it is nice,\n\n19 ; it is fine\n", ["it hangs, it is slow, it is loud,", "it sings, it dances, it is nice,", "it is fine"], f"{GITHUB}/mholt/PapaParse/issues/860"),
    ("padded.csv", f"id   ;comment                                 ;stars\n1    ;{CLOSES:<40};1    \n2    ;{CHARGED:<40};2    \n", BOTH, f"{GITHUB}/mholt/PapaParse/issues/270"),
    ("comments-above.csv", f"{COMMENTED}id,comment\n1,{CLOSES}\n2,{CHARGED}\n", BOTH, f"{GITHUB}/mholt/PapaParse/issues/79"),
    ("metadata-above.csv", f"Feedback series. Reference : A8\nFormat Version,1.1.0\nBegin Date, 2007-05-18\nEnd Date, 2013-05-07\nDate, Comment, Stars, Quality,\n2007-05-18, {CLOSES}, 1, final,\n2007-05-19, {CHARGED}, 2, final,\n", BOTH, f"{GITHUB}/rufuspollock/chrome-csv-viewer/issues/6"),
    ("hash-above.csv", f"#Digilent Feedback Acquisition\n#Device Name: A3450\n#Date Time: 2021-04-14 13:10:34.255\n\nTime (s),Comment\n-0.000130832912,{CLOSES}\n-0.000130832913,{CHARGED}\n", BOTH, f"{GITHUB}/ngscopeclient/scopehal/issues/408"),
    ("tabs-blank-line.csv", f"name\tcomment\nAbraham\t{CLOSES}\nJoe\t{CHARGED}\n\n", BOTH, f"{GITHUB}/mholt/PapaParse/issues/279"),
    ("lone-quote.txt", f'Col1|Col2|Comment|Col4\nStr1|1|{CLOSES}|num1\nStr3|3|"|num3\nStr4|4|{CHARGED}|num4\n', [CLOSES, '"', CHARGED], f"{GITHUB}/pandas-dev/pandas/issues/22140"),
    ("backslash-commas.csv", "id,comment,price\n1,It is slow\\, loud\\, and dear,3.5\n2,It is fine,4\n3,It is nice,5\n", ["It is slow\\, loud\\, and dear", "It is fine", "It is nice"], f"{GITHUB}/ludwig-ai/ludwig/issues/201"),
    ("header-only-umlauts.csv", f"Jahr;Kinosäle;Sitzplätze;Rückmeldung\n2024;3;400;{CLOSES}\n2025;4;500;{CHARGED}\n".encode("cp1252"), BOTH, f"{GITHUB}/jawah/charset_normalizer/issues/624"),
    ("not-koi8.csv", "№;Отзыв\n1;Не открывается плеер\n2;Верните деньги\n".encode("cp1251"), ["Не открывается плеер", "Верните деньги"], f"{GITHUB}/jawah/charset_normalizer/issues/731"),
    ("latin-first-letter.csv", "id;comment\n1;Bсеки човек има право на образование.\n2;Не работи\n".encode("cp1251"), ["Bсеки човек има право на образование.", "Не работи"], f"{GITHUB}/jawah/charset_normalizer/issues/371"),
    ("czech-iso.csv", "id;komentář\n1;Aplikace stále padá při exportu\n2;Vraťte mi peníze\n".encode("iso8859-2"), ["Aplikace stále padá při exportu", "Vraťte mi peníze"], f"{GITHUB}/jawah/charset_normalizer/issues/571"),
    ("polish-capital.csv", "id;komentarz\n1;Ślicznie, ale wolno działa\n2;Źle się ładuje\n".encode("cp1250"), ["Ślicznie, ale wolno działa", "Źle się ładuje"], f"{GITHUB}/PyYoshi/cChardet/issues/101"),
    ("one-apostrophe.csv", "id,comment\n1,Carter’s order is late\n2,It is fine\n", ["Carter’s order is late", "It is fine"], f"{GITHUB}/chardet/chardet/issues/185"),
    ("div-first.xls", f"<div>\r\n\t<table><tr><td>Id</td><td>Comment</td></tr><tr><td>1</td><td>{CLOSES}</td></tr></table></div>", [CLOSES], f"{GITHUB}/python-excel/xlrd/issues/350"),
    ("tabs.xls", f"Country\tComment\nFR\t{CLOSES}\nDE\t{CHARGED}\n", BOTH, f"{GITHUB}/python-excel/xlrd/issues/351"),
    ("excel-2003.xls", EXCEL_2003, [CLOSES], f"{GITHUB}/python-excel/xlrd/issues/188"),
    ("gbk-tabs.xls", "成交时间\t评论\n09:25\t导出的时候总是闪退\n09:30\t重复扣费请退款\n".encode("gbk"), ["导出的时候总是闪退", "重复扣费请退款"], f"{GITHUB}/python-excel/xlrd/issues/286"),
    ("office-html.xls", f'<html xmlns:o="urn:schemas-microsoft-com:office:office">\n<head>\n<meta http-equiv=Content-Type content="text/html; charset=utf-8">\n<body>\n<style>\n  td{{font-size:9pt}}\n</style>\n<table border=1>\n<tr bgcolor=#CCFFCC>\n<td>*code</td>\n<td>comment</td>\n</tr>\n<tr>\n<td>1</td>\n<td>{CLOSES}</td>\n</tr>\n</table>', [CLOSES], f"{GITHUB}/SheetJS/sheetjs/issues/458"),
    ("split-tag.html", f"<html><table\n  class=x\n  border=1><tr><td>Id</td><td>Comment</td></tr><tr><td>1</td><td>{CLOSES}</td></tr></table></html>", [CLOSES], f"{GITHUB}/SheetJS/sheetjs/issues/2543"),
    ("nel.jsonl", '{"text": "first\u0085again"}\n{"text": "second"}\n', ["first\u0085again", "second"], f"{GITHUB}/wbolster/jsonlines/issues/53"),
    ("u2028-title.jsonl", '{"text": "A special talk by an author\u2028"}\n{"text": "second"}\n', ["A special talk by an author", "second"], f"{GITHUB}/datalad/datalad/issues/3523"),
    ("active-sheet.xlsx", book(("Old", [["Id", "Note"], [1, "-"], [2, "-"]]), ("New", ROWS), ("Last", [["x"], [1]]), active="New"), BOTH, f"{GITHUB}/abap2xlsx/abap2xlsx/issues/227"),
    ("hidden-input.xlsx", book(("Input", [["A", "B"], [1, "one"]]), ("Form", ROWS), ("Values", [["v"], [1]]), active="Form", hidden="Input"), BOTH, f"{GITHUB}/tidyverse/readxl/issues/513"),
    ("graphql.json", json.dumps(GRAPHQL), [f"Export\n\n{CLOSES}", f"Refund\n\n{CHARGED}"], VARIANT),
    ("qualtrics-extra-row.csv", f"ResponseID,StartDate,Q1,Q2\nResponseID,StartDate,How likely?,What is missing?\nR_1,2026-11-01,9,{CLOSES}\nR_2,2026-11-02,2,{CHARGED}\n", BOTH, f"{GITHUB}/expectedparrot/edsl/issues/683"),
    ("one.csv.gz", gzip.compress(f"id,text\n1,{CLOSES}\n2,{CHARGED}\n".encode()), BOTH, VARIANT),
    ("prose-commas.csv", "Great app, thanks\nCrashes, a lot\nSlow, but works\nLove it, really\n", ["Great app, thanks", "Crashes, a lot", "Slow, but works", "Love it, really"], VARIANT),
    ("prose-one-each.csv", "Hello, I need help\nHi, it crashes\n", ["Hello, I need help", "Hi, it crashes"], VARIANT),
    ("prose-semicolons.csv", "Too slow; crashes often\nNice; but dear\n", ["Too slow; crashes often", "Nice; but dear"], VARIANT),
    ("prose-some.csv", "This app is great, really\nI like it\nNo, never\n", ["This app is great, really", "I like it", "No, never"], VARIANT),
    ("prose-lists.csv", "Great, fast, cheap\nSlow, dear, bad\n", ["Great, fast, cheap", "Slow, dear, bad"], VARIANT),
    ("loose-table.csv", f"id, comment\n1, {CLOSES}\n2, {CHARGED}\n", BOTH, VARIANT),
    ("loose-numbers.csv", f"1, {CLOSES}\n2, {CHARGED}\n", BOTH, VARIANT),
    ("loose-quoted.csv", '"Comment", "User"\n"It hangs, a lot", "Ann"\n"It, too, is slow", "Ben"\n', ["It hangs, a lot", "It, too, is slow"], VARIANT),
    ("map.json", json.dumps({"r1": CLOSES, "r2": CHARGED}), BOTH, VARIANT),
    ("map-under-key.json", json.dumps({"reviews": {"a": CLOSES, "b": CHARGED}, "total": 2}), BOTH, VARIANT),
    ("map-numbered.json", json.dumps({"review_1": CLOSES, "review_2": CHARGED}), BOTH, VARIANT),
    ("maps.json", json.dumps([{"r1": CLOSES}, {"r2": CHARGED}]), BOTH, VARIANT),
    ("maps.jsonl", json.dumps({"r1": CLOSES}) + "\n" + json.dumps({"r2": CHARGED}), BOTH, VARIANT),
    ("one-record.json", json.dumps({"subject": "Export", "body": CLOSES}), [f"Export\n\n{CLOSES}"], VARIANT),
    ("digits.json", f'[{{"text": "{CLOSES}", "n": {"9" * 5_000}}}, {{"text": "{CHARGED}", "n": -{"1" * 9_000}}}]', BOTH, VARIANT),
    ("digits.jsonl", f'{{"text": "{CLOSES}", "n": {"9" * 5_000}}}\n{{"text": "{CHARGED}", "n": 1}}\n', BOTH, VARIANT),
    ("quoted-rows.csv", '"id;comment"\n"1;Slow app"\n"2;It ""hangs"" a lot"\n', ["Slow app", 'It "hangs" a lot'], VARIANT),
    ("quoted-rows-comma.csv", 'id,comment\r\n"1,""Slow, app"""\r\n2,Nice\r\n', ["Slow, app", "Nice"], VARIANT),
    ("quoted-rows-trailing.csv", '"id;comment";;\n"1;Slow app";;\n"2;Nice";;\n', ["Slow app", "Nice"], VARIANT),
    ("quoted-texts.csv", '"comment"\n"Slow,app"\n"Nice,app"\n', ["Slow,app", "Nice,app"], VARIANT),
    ("table.md", f"| id | comment |\n|---|:-:|\n| 1 | {CLOSES} |\n| 2 | {CHARGED} |\n", BOTH, VARIANT),
    ("table-within.md", f"# Feedback\n\nOf this week:\n\nid | comment\n--- | ---\n1 | {CLOSES}\n2 | this \\| that\n\nThat is all.\n", [CLOSES, "this | that"], VARIANT),
    ("table.txt", f"| comment |\n|---|\n| {CLOSES} |\n| {CHARGED} |\n", BOTH, VARIANT),
    ("mysql.txt", f"+----+----+\n| id | comment |\n+----+----+\n|  1 | {CLOSES} |\n|  2 | {CHARGED} |\n+----+----+\n2 rows in set (0.00 sec)\n", BOTH, VARIANT),
    ("psql.csv", f" id | comment \n----+---------\n  1 | {CLOSES}\n  2 | {CHARGED}\n(2 rows)\n", BOTH, VARIANT),
    ("duckdb.txt", f"┌────┬────┐\n│ id │ comment │\n├────┼────┤\n│ 1 │ {CLOSES} │\n│ 2 │ {CHARGED} │\n└────┴────┘\n", BOTH, VARIANT),
    ("table-in-cell.csv", 'id,comment\n1,"a, b | c |\n|---|---|\n| x | y |"\n2,it hangs\n', ["a, b | c |\n|---|---|\n| x | y |", "it hangs"], VARIANT),
    ("two-marks.csv", b"\xef\xbb\xbf" * 2 + f"comment,id\n{CLOSES},1\n{CHARGED},2\n".encode(), BOTH, VARIANT),
    ("one.zip", packed({"export/reviews.csv": f"id,text\n1,{CLOSES}\n2,{CHARGED}\n", "__MACOSX/._reviews.csv": "x"}), BOTH, VARIANT),
]  # fmt: skip

# name, what it holds, what is said of it, where somebody had trouble with the like
REFUSED: list[tuple[str, bytes, str, str]] = [
    ("far.xlsx", sparse("XFD1048576"), "reach as far as XFD1048576, most of them blank", FOLDER),
    ("wide.xlsx", sparse("XFD5000"), "reach as far as XFD5000", FOLDER),
    ("corners.xlsx", sparse("XFD1048576"), "is more than I can read", f"{GITHUB}/tafia/calamine/issues/693"),
    ("mime.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\nx", "a saved web page", f"{GITHUB}/wireservice/csvkit/issues/847"),
    ("office.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "protected by a password", f"{GITHUB}/qax-os/excelize/issues/1877"),
    ("two.zip", packed({"a.csv": "x", "b.csv": "y"}), "an archive of 2 files (a.csv, b.csv)", VARIANT),
    ("word.docx", packed({"word/document.xml": "x"}), "a Word document", VARIANT),
    ("noise.csv", bytes(range(128, 256)) * 20, "I can't tell the encoding of noise.csv", VARIANT),
    ("pages.html", b"<html><body><p>nothing here</p></body></html>", "a web page without a table", VARIANT),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "expected", "source"), READ, ids=[row[0] for row in READ])
def test_a_file_is_read_as_meant(name: str, data: str | bytes, expected: list[str], source: str) -> None:
    assert source
    assert texts(name, data) == expected


@pytest.mark.parametrize(("name", "data", "said", "source"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_table_is_named(name: str, data: bytes, said: str, source: str) -> None:
    assert source
    with pytest.raises(UsageError) as caught:
        file_reader.read(name, data)
    assert said in caught.value.sentence


def test_a_long_cell_is_not_a_quote_without_match() -> None:  # FOLDER
    read = file_reader.read("a.csv", f'id,text\n1,"{"word " * 28_000}"\n2,"{"x" * 400_000}, ""y"""\n'.encode())
    assert [len(item.text) for item in read.items()] == [139_999, 400_005]
    assert read.remarks == ()


def test_two_marks_leave_no_mark_in_a_heading() -> None:  # VARIANT
    assert file_reader.read("a.csv", b"\xef\xbb\xbf" * 2 + b"comment,id\nit hangs,1\n").headings == ("comment", "id")


@pytest.mark.parametrize("result", [b"<v></v>", b"<v />", b""])
def test_formulas_without_results_are_said(result: bytes) -> None:  # VARIANT
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(("A", [*ROWS, [103, "=A2"]])))) as made, zipfile.ZipFile(file, "w") as archive:
        for name in made.namelist():
            archive.writestr(name, made.read(name).replace(b"<v>0</v>", result))
    read = file_reader.read("a.xlsx", file.getvalue())
    assert [item.text for item in read.items()] == BOTH
    assert "formulas without results" in " ".join(read.remarks)
    assert file_reader.read("a.xlsx", book(("A", [*ROWS, [103, "=A2"]]))).remarks == ()


def test_a_short_list_in_hebrew_is_never_guessed() -> None:  # VARIANT
    data = "מספר,הערה\n1,האפליקציה קורסת\n2,איטי מאוד\n".encode("cp1255")
    read = file_reader.read("a.csv", data)
    assert read.doubts.count(ENCODING) == 1
    assert how.is_asked(read, 2, 0.0001, listed=25)
    assert texts("a.csv", data, ReadAs(encoding="cp1255")) == ["האפליקציה קורסת", "איטי מאוד"]


def rezipped(flags: int, method: int) -> bytes:
    """Make a workbook whose parts claim to be encrypted, or packed in another way."""
    data = bytearray(book(("Feedback", ROWS)))
    for mark, flag_at, method_at in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        at = data.find(mark)
        while at >= 0:
            data[at + flag_at] |= flags
            data[at + method_at] = method
            at = data.find(mark, at + 4)
    return bytes(data)


def test_a_password_on_the_parts_is_named() -> None:  # FOLDER
    with pytest.raises(UsageError) as caught:
        file_reader.read("a.xlsx", rezipped(1, 8))
    assert "protected by a password" in caught.value.sentence


def test_deflate64_is_damaged_or_strange() -> None:  # FOLDER
    with pytest.raises(UsageError) as caught:
        file_reader.read("a.xlsx", rezipped(0, 9))
    assert "damaged, or compressed in a way I don't know" in caught.value.sentence


@pytest.mark.parametrize(
    ("name", "data", "remark"),
    [
        ("a.csv", "id,text\n1,Größe\n2,trüb\n3,".encode() + b"bad \xff byte\n", "1 character could not be read"),
        ("a.csv", b"id,text\n1,slow, dear\n2,fine\n3,ok, nice\n", "2 rows have more cells than the heading"),
        ("a.csv", b'"id;text"\n"1;slow"\n"2;dear"\n', "Whole rows of it were quoted"),
        ("a.md", b"Of this week:\n\n|id|text|\n|-|-|\n|1|slow|\n", "left out 1 line around it"),
        ("a.xlsx", sparse("XFD300"), "the first 1,000 of 16,384 columns"),
    ],
)
def test_what_was_lost_or_mended_is_said(name: str, data: bytes, remark: str) -> None:  # FOLDER
    assert remark in " ".join(file_reader.read(name, data).remarks)


@pytest.mark.parametrize(
    ("name", "data", "doubts"),
    [
        (
            "a.csv",
            f"When,What is good?,What is bad?\n1,{CLOSES},{CHARGED}\n2,all so good,all so bad\n".encode(),
            ("column",),
        ),
        ("a.csv", b"Can it export?\nIt hangs a lot\nIt is slow\n", ("heading",)),
        ("a.csv", "Nr;Text\n1;Stra\xdfe fehlt\n".encode("cp1252"), ("encoding",)),
        ("a.xlsx", book(("October", ROWS), ("November", ROWS)), ("sheet",)),
        ("a.csv", f"id,text\n1,{CLOSES}\n2,{CHARGED}\n".encode(), ()),
        ("a.xlsx", book(("Read me", [["Feedback 2026"]]), ("Feedback", ROWS), active="Feedback"), ()),
        ("a.json", json.dumps(REVIEWS).encode(), ()),
    ],
)
def test_what_is_not_certain_is_known(name: str, data: bytes, doubts: tuple[str, ...]) -> None:  # FOLDER
    assert file_reader.read(name, data).doubts == doubts


def test_what_was_named_is_not_doubted() -> None:
    data = book(("October", ROWS), ("November", [["Id", "Customer wrote"], [1, "another one"]]))
    read = file_reader.read("a.xlsx", data, ReadAs(sheet="november", column="Customer wrote"))
    assert ([item.text for item in read.items()], read.doubts, read.title) == (["another one"], (), "November")
    assert texts("a.xlsx", data, ReadAs(sheet="2")) == ["another one"]
    assert texts("a.csv", "x,y\nit hangs,it sings\n", ReadAs(column="2", heading=0)) == ["y", "it sings"]
    assert texts("a.csv", "Größe;1\n".encode("cp1252"), ReadAs(encoding="latin-1", heading=0)) == ["Größe"]
    assert texts("a.csv", "title,body\nExport,it hangs\n", ReadAs(column="title + body")) == ["Export\n\nit hangs"]
    for wish, said in (
        (ReadAs(sheet="May"), "It has: “October”, “November”"),
        (ReadAs(column="May"), "It has: “Id”, “Customer wrote”"),
    ):
        with pytest.raises(UsageError) as caught:
            file_reader.read("a.xlsx", data, wish)
        assert said in caught.value.sentence


ASKED = ["The app is slow today", "Please refund me", "I love it"]
ANSWERED = [
    "Thank you for writing to us, we will look into it soon and be back",
    "We are very sorry for this, and refunded it in full on Monday",
    "Thanks for the kind words, they made our day in the office",
]

# The customers' heading, the team's, whether it is certain; the longer texts are the team's.
OWNED: list[tuple[str, str, bool]] = [
    ("Comentario del cliente", "Respuesta del agente", True),
    ("Customer comment", "Picker comment", True),
    ("Guest comment", "Hotel response", True),
    ("User message", "Bot message", True),
    ("client_comment", "resolution_comment", True),
    ("Avis client", "Réponse du service client", True),
    ("Patient comment", "Nurse note", True),
    ("Reviewer comment", "Author response", True),
    ("Anmerkungen des Kunden", "Interne Anmerkung", True),
    ("Kommentar Kunde", "Kommentar Techniker", True),
    ("Kundenkommentar", "Antwort Support", True),
    ("顧客のコメント", "店舗からの返信", True),
    ("Комментарий клиента", "Ответ оператора", True),
    ("Customer message", "Response to customer", True),
    ("customer", "resolution", True),
    ("user_input", "assistant_output", True),
    ("Customer feedback", "Follow-up notes", True),
    ("Customer notes", "Delivery notes", False),
    ("Tenant comment", "Janitor comment", False),
    ("question", "answer", False),
    ("complaint", "response", False),
    ("Problem", "Solution", False),
]


@pytest.mark.parametrize(("theirs", "ours", "is_certain"), OWNED, ids=[f"{row[0]}-{row[1]}" for row in OWNED])
def test_the_customers_words_are_taken(theirs: str, ours: str, is_certain: bool) -> None:  # noqa: FBT001  # VARIANT
    pairs = list(enumerate(zip(ASKED, ANSWERED, strict=True)))
    first = f"id;{theirs};{ours}\n" + "".join(f"{n};{said};{answer}\n" for n, (said, answer) in pairs)
    last = f"id;{ours};{theirs}\n" + "".join(f"{n};{answer};{said}\n" for n, (said, answer) in pairs)
    for data in (first, last):
        read = file_reader.read("a.csv", data.encode())
        assert [item.text for item in read.items()] == ASKED
        assert read.doubts == (() if is_certain else ("column",))


@pytest.mark.parametrize(
    ("data", "expected", "doubts"),
    [
        ("customer,comment\nAna Lopez,It is slow\nBob Stone,Great\n", ["It is slow", "Great"], ()),
        ("comment user,text\nAna Lopez,It is slow\nBob Stone,Great\n", ["It is slow", "Great"], ()),
        ("id,feedback\n101,👍👍\n102,+1\n103,?\n", ["👍👍", "+1", "?"], ()),
        ("id,comment,branch\n1,👍👍,North\n2,+1,South\n3,😡,East\n", ["👍👍", "+1", "😡"], ()),
        ("id,comment\n101,5\n102,+1\n103,4\n", ["5", "+1", "4"], ("column",)),
        ("title,comments\nIt is slow,4\nIt is wrong,5\n", ["It is slow", "It is wrong"], ()),
    ],
)
def test_brief_texts_are_told_from_names(data: str, expected: list[str], doubts: tuple[str, ...]) -> None:  # VARIANT
    read = file_reader.read("a.csv", data.encode())
    assert ([item.text for item in read.items()], read.doubts) == (expected, doubts)


@pytest.mark.parametrize(
    ("headings", "is_joined"),
    [
        ("Ticket ID,Ticket name,Ticket description", True),
        ("id,title,selftext", True),
        ("No,Card Name,Card Description", True),
        ("Number,Short description,Description", True),
        ("id,Subject,Message", True),
        ("Stars,Title,Text", False),
        ("id,Product name,Description", False),
    ],
)
def test_a_title_keeps_its_text(headings: str, is_joined: bool) -> None:  # noqa: FBT001  # VARIANT
    data = f"{headings}\n1,Export is broken,{CLOSES}\n2,Refund please,\n3,Slow start,{CHARGED}\n"
    whole = [f"Export is broken\n\n{CLOSES}", "Refund please", f"Slow start\n\n{CHARGED}"]
    assert texts("a.csv", data) == (whole if is_joined else BOTH)


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        ("column=Note, into: A, B", ReadAs(column="Note")),
        ("column=Agent Note into: A, B", ReadAs(column="Agent Note")),
        ("sheet=2, column=Note into: A, B", ReadAs(column="Note", sheet="2")),
        ("column='Note'", ReadAs(column="Note")),
        ("column=‘My note’; this file, please", ReadAs(column="My note")),
        ("column „Note“", ReadAs(column="Note")),
        ("column=Title + Body", ReadAs(column="Title + Body")),
        ('columns="Title" + "Body", sheet=Raw data', ReadAs(column="Title+Body", sheet="Raw data")),
        ("header=3", ReadAs(heading=3)),
        ("column: Review Text", ReadAs(column="Review Text")),
        ("column=Note and header=no, please", ReadAs(column="Note", heading=0)),
        ("column=What do you like? --multi", ReadAs(column="What do you like?")),
        ('column="Likes, dislikes", encoding=cp1252', ReadAs(column="Likes, dislikes", encoding="cp1252")),
    ],
)
def test_options_of_files_are_understood(said: str, reading: ReadAs) -> None:  # VARIANT
    wish = parse.parse_options(said)
    assert (wish.reading, wish.lines) == (reading, ())
    beside = parse.parse_options("column=Note text #general 7d")
    assert (beside.channel, beside.span, beside.reading.column) == ("general", "7d", "Note text")


def test_options_not_understood_are_asked() -> None:  # VARIANT
    for said, answer in (
        ("column=Title, Body", "not “Body” beside it"),
        ("sort these by column=Note", "not “sort these by” beside it"),
        ("colum=Note", "do you mean `column=`"),
        ("delimiter=;", "I don't know the option `delimiter=`"),
        ("header=first", "the number of the row"),
    ):
        with pytest.raises(UsageError) as caught:
            parse.parse_options(said)
        assert answer in caught.value.sentence
    assert parse.parse_options('"the column=Note is blank"').lines == ("the column=Note is blank",)
    assert parse.parse_options("column=Note is blank\nit hangs").lines == ("column=Note is blank", "it hangs")
    assert parse.parse_options("x=5 is wrong").lines == ("x=5 is wrong",)
