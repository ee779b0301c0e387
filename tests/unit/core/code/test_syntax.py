from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.code.syntax import MAX_CHECKED, PARSERS, UncheckedError, check, find_fault
from bot.core.domain.code_file import CodeFile, SyntaxFault
from tests.support.spoken import said

GOOD = {
    "py": "import re\n\n\ndef f(a: int) -> int:\n    return a\n",
    "json": '{"a": [1, 2.5, null, "😀"]}',
    "toml": '[a]\nb = "c"\n',
    "yaml": "a: !Ref b\n---\n- &x 1\n- *x\n",
    "sql": "WITH a AS (SELECT 1 AS b) SELECT b FROM a WHERE b = $1;",
    "sh": '#!/usr/bin/env bash\nset -euo pipefail\n[[ -f "$1" ]] && cat <<EOF\nhello\nEOF\n',
    "js": "export const f = async (x) => { for await (const y of x) yield_(y?.z ?? 1); };",
    "jsx": "const a = <div className='b'>{c}</div>;",
    "ts": "interface A { b?: string }\nconst a = { b: 'c' } satisfies A;\nfunction f<const T>(x: T): T { return x; }",
    "tsx": "const A: FC<Props> = ({ b }) => <B c={b} />;",
    "go": 'package main\n\nimport "fmt"\n\nfunc Map[T any](a []T) { fmt.Println(a) }\n',
    "java": "sealed interface A permits B {}\nrecord B(int x) implements A { B { if (x < 0) throw new Error(); } }\n",
    "php": "<?php\nfinal readonly class A { public function __construct(private ?int $b = null) {} }\n",
    "rb": 'def a(x:, **y) = x&.then { _1 * 2 }\ncase {b: 1}\nin {b: Integer => n} if n > 0 then puts "#{n}"\nend\n',
    "rs": "fn f<'a, T: Copy>(x: &'a T) -> T { let Some(y) = Some(*x) else { panic!(\"{x:p}\") }; y }\n",
}
BAD = (
    ("a.py", "def f(x):\n    return (x\n", 2, "never closed"),
    ("a.py", "x = 1\nreturn x", 2, "outside function"),
    ("a.pyi", "def f(", 1, "(Python 3."),
    ("a.py", "a = '\0'", 0, ""),
    ("a.json", '{\n"a": 1,\n}', 3, "double quotes"),
    ("a.json", '{"a": NaN}', 0, "NaN is not JSON"),
    ("a.json", "9" * 5_000, 0, "integer"),
    ("a.toml", "a = 1\nb = \n", 2, "Invalid value"),
    ("a.toml", "a = 1\na = 2\n", 2, "overwrite"),
    ("a.yml", "a: 1\n b: 2", 2, "not allowed"),
    ("a.yaml", "a: \a", 0, "character"),
    ("a.sql", "SELECT 1;\nSELECT * FORM t", 2, "`t`"),
    ("a.sql", "SELECT 'a", 0, "never closed"),
    ("a.sh", "echo 1\nif true; then\n  echo 2\n", 3, "`fi` is missing"),
    ("a.js", "let a = '😀';\nlet = ;", 2, "unexpected `=`"),
    ("a.ts", "let x: = 3", 1, "unexpected"),
    ("a.js", "class A {\n  b() {\n", 2, "unfinished or not closed"),
    ("a.go", "package main\n\nfunc main() { x := }", 3, "missing"),
    ("A.java", "class A {\n  int b = ;\n}", 2, "unexpected `=`"),
    ("a.php", "<?php\nfunction a( {\n}\n", 2, ""),
    ("a.rb", "def a\n  if b\nend\n", 1, "unexpected"),
    ("a.rs", "fn main() {\n  let x = ;\n}", 2, ""),
)


def names() -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(PARSERS)).map("a.{}".format)


@pytest.mark.parametrize("extension", GOOD)
def test_good_code_has_no_fault(extension: str) -> None:
    assert find_fault(CodeFile(f"a.{extension}", GOOD[extension])) is None


@pytest.mark.parametrize(("name", "code", "line", "reason"), BAD)
def test_a_fault_has_its_line(name: str, code: str, line: int, reason: str) -> None:
    fault = find_fault(CodeFile(name, code))
    assert fault is not None
    assert fault.line == line
    assert reason in fault.reason


def test_claude_is_told_faults_in_english() -> None:
    fault = SyntaxFault("{code} is missing", 3, "`)`")
    assert said(lambda: (fault.told, str(fault))) == ("Zeile 3: `)` fehlt", "line 3: `)` is missing")
    assert said(lambda: SyntaxFault("unmatched '{'", 3).told) == "Zeile 3: unmatched '{'"


def test_a_fault_reads_as_a_clause() -> None:
    assert str(SyntaxFault("invalid syntax", 3)) == "line 3: invalid syntax"
    assert str(SyntaxFault("a quote is never closed")) == "a quote is never closed"


@pytest.mark.parametrize(
    "sql",
    [
        "PRAGMA foreign_keys = ON;",
        "CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql;",
        "SELECT TOP 5 [a b] FROM t;",
        "SELECT `a` FROM `b` LIMIT 5, 10;",
        "-- nothing but a comment",
    ],
)
def test_every_dialect_of_sql_counts(sql: str) -> None:
    assert find_fault(CodeFile("a.sql", sql)) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.kt", "fun main() {"),
        ("Makefile", "a:"),
        ("snippet.txt", "?"),
        ("a.yaml", "replicas: {{ .Values.replicas }}"),
        ("a.py", "a = 1\n" * MAX_CHECKED),
        ("a.py", "x = " + "-" * 40_000 + "1"),
        ("a.py", "x" + ".y" * 20_000),
        ("a.json", "[" * 40_000),
        ("a.sql", "SELECT " + "NOT " * 10_000 + "1"),
        ("a.sh", "<<EOF\n" * 8_000),
    ],
)
def test_what_no_parser_can_read_is_unchecked(name: str, code: str) -> None:
    with pytest.raises(UncheckedError):
        find_fault(CodeFile(name, code))


def test_a_warning_is_no_fault() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert find_fault(CodeFile("a.py", "a = '\\d'\nb = 1 is 1\n")) is None
    assert seen == []


def test_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert find_fault(CodeFile("a.py", "print('run')\nraise SystemExit")) is None
    assert find_fault(CodeFile("a.yaml", "!!python/object/apply:os.system ['echo run']")) is None
    assert capsys.readouterr().out == ""


def test_sql_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    find_fault(CodeFile("a.sql", "EXEC secret_procedure; ALTER TABLE secret FROB;"))
    assert caplog.text == ""


def test_files_are_checked_together() -> None:
    good, bad, other = CodeFile("a.py", "1\n"), CodeFile("b.py", "(\n"), CodeFile("c.kt", "")
    report = check([good, bad, other])
    assert list(report.faults) == ["b.py"]
    assert report.unchecked == {"c.kt"}


@given(names(), st.one_of(st.text(), st.text(alphabet="(){}[]<>'\"`$#:;=,.-+*/\\ \n\tabif0😀", max_size=300)))
def test_anything_can_be_checked(name: str, code: str) -> None:
    try:
        fault = find_fault(CodeFile(name, code))
    except UncheckedError:
        return
    assert fault is None or (fault.reason and fault.line >= 0)
