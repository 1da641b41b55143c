"""Made templates, rendered by jinja2 as transformers sets it up: one JSON a line {template, values, text | error} for fuzz-templates.ts.

    python scripts/reference/fuzz_templates.py 20000 7 | node --conditions=tongsa-source scripts/reference/fuzz-templates.ts

COUNT templates from SEED. Left out is what no two runs share: addresses of objects. Needs transformers and jinja2.
"""

import copy
import json
import random
import re
import signal
import sys

from transformers.utils.chat_template_utils import _compile_jinja_template

VALUES = {
    "s": "Hello, World", "t": "  ab\tc\n", "u": "añ中🙂ß", "e": "", "q": "it's \"q\" <b>&amp;</b>\\ \x07", "n": 3, "z": 0, "neg": -7, "big": 12345678901234567890, "f": 2.5, "g": 1.0, "tiny": 1e-7, "huge": 1e22,
    "yes": True, "no": False, "nothing": None, "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "mixed": [1, "a", None, 2.0, True, [1], {"k": 1}], "el": [], "d": {"b": 1, "a": "x", "items": [1], "10": 2, "2": 3}, "ed": {},
    "rows": [{"n": 2, "s": "x", "in": {"k": 1}}, {"n": 1, "s": "Y", "in": {"k": 2}}, {"n": 3, "s": "y"}], "num": "42", "hex": "0x1f", "fl": " 3.5e2 ", "lines": "one\ntwo\r\n\nthree", "csv": "a,b,,c", "long": "The quick brown fox jumps over the lazy-dog and keeps on running-away far",
    "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1.0, "y": [None, False]}}}]}],
}
R = random.Random()
pick = R.choice


def many(make, low=0, high=3):
    return [make() for _ in range(R.randint(low, high))]


def quote(text):
    return pick(["'", '"']) + text + "'" if False else "'" + text + "'"


def literal():
    return pick(["'a'", "'b'", "''", "', '", "'Ab c'", "'%s'", "'x\\ny'", "'{}'", "\"it's\"", "'中'", "0", "1", "2", "-1", "3", "10", "1.5", "2.0", "1e3", "0x10", "1_000", "true", "false", "none", "True", "None", "[]", "{}", "()", "(1,)", "(1, 2)", "[1, 2, 3]", "['a', 'b']", "{'a': 1}", "{'x': [1, 2], 3: 'y'}"])


NAMES = list(VALUES) + ["x", "y", "missing"]
STR = ["s", "t", "u", "e", "q", "num", "hex", "fl", "lines", "csv", "long"]
NUM = ["n", "z", "neg", "big", "f", "g", "tiny", "huge"]
SEQ = ["l", "ls", "mixed", "el", "rows", "messages", "d", "ls", "l"]
TESTS = ["odd", "even", "defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence", "iterable", "callable", "lower", "upper", "divisibleby(2)", "divisibleby 3", "sameas(1)", "eq(1)", "ne('a')", "gt(1)", "lt(5)", "in([1, 'a', 3])", "in 'abc'", "equalto 3", "filter", "test", "escaped", "ge 2", "le(2)"]
STRINGS = ["upper()", "lower()", "strip()", "lstrip()", "rstrip('\\n')", "strip('d')", "strip('ab ')", "split()", "split(',')", "split(',', 1)", "split(None, 1)", "rsplit(' ', 1)", "rsplit(None, 2)", "split(sep='o', maxsplit=1)", "splitlines()", "splitlines(true)", "title()", "capitalize()", "swapcase()", "casefold()", "startswith('H')", "startswith(('H', 'a'))", "endswith('d')", "endswith('', 2)", "find('o')", "find('o', 5)", "rfind('l')", "find('l', -4, -1)", "count('l')", "count('')", "replace('l', 'L')", "replace('l', '', 1)", "replace('', '-')", "replace('o', 'oo', -1)", "center(20)", "center(9, '*')", "ljust(8)", "rjust(15, '.')", "zfill(6)", "partition(' ')", "rpartition(',')", "isdigit()", "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isnumeric()", "isdecimal()", "isidentifier()", "isascii()", "isprintable()", "removeprefix('He')", "removesuffix('ld')", "expandtabs(4)", "join(['a', 'b'])", "join(ls)", "join('xyz')", "index('o')", "index('q')", "format(1, 2)", "encode"]
FORMATS = ["'{} {}'.format(1, 'a')", "'{0}{1}{0}'.format('x', 2)", "'{a}-{b}'.format(a=1, b=none)", "'{:>8}|{:<5}|{:^7}'.format('a', 1, 2.5)", "'{:05d} {:+d} {:,}'.format(42, 7, 1234567)", "'{:.2f} {:.3e} {:g} {:%}'.format(f, f, f, g)", "'{!r} {!s}'.format(s, u)", "'{:x} {:#X} {:b} {:o}'.format(255, 255, 5, 8)", "'{d[a]} {r[0]}'.format(d=d, r=l)", "'{{}} {:*^10}'.format('mid')", "'{:{}}'.format('w', 6)", "'%s %d %5.2f' % (s, 3, f)", "'%r %x %05d %-5s|' % (s, 255, 42, 'a')", "'%(a)s %(b)s' % {'a': 1, 'b': d}", "'%s' % s", "'%%' % ()", "'%e %g %G' % (f, tiny, huge)", "'%c%c' % ('a', 98)", "'%+d % d' % (1, 2)", "'%s %s' % 1", "'%d' % '1'", "'%i' % 2.7", "'{:.1f}'.format(0.25)", "'{:.0f}'.format(2.5)", "'{:e}'.format(12345)", "'{:,.2f}'.format(1234567.891)", "'{:_}'.format(big)", "'{:s}'.format(1)", "'{:10.3}'.format('abcdef')", "'{:d}'.format(true)", "'{}'.format(1.0)", "'{:<}'.format(3)"]
FILTERS = ["upper", "lower", "trim", "trim('ab')", "title", "capitalize", "length", "count", "string", "int", "int(5)", "int(0, 16)", "int(base=0)", "float", "float(1.5)", "abs", "round", "round(1)", "round(2, 'floor')", "round(0, 'ceil')", "round(-1)", "first", "last", "list", "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "sort(attribute='n')", "sort(attribute='s')", "sort(attribute='s,n')", "unique | list", "unique(attribute='s') | list", "reverse", "reverse | list", "join", "join(', ')", "join('-', attribute='n')", "join(d='/')", "default('D')", "default('D', true)", "d(default_value=1)", "tojson", "tojson(indent=2)", "tojson(indent=0)", "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'))", "tojson(sort_keys=true)", "tojson(indent='\\t')", "replace('l', '!')", "replace('a', 'b', 1)", "replace(1, 2)", "indent", "indent(2)", "indent(2, true)", "indent('> ', blank=true)", "indent(width=1, first=true)", "center(12)", "truncate(8)", "truncate(10, true)", "truncate(12, false, '!', 0)", "wordcount", "wordwrap(12)", "wordwrap(5, false)", "escape", "e", "safe", "forceescape", "striptags", "urlencode", "xmlattr", "filesizeformat", "filesizeformat(true)", "map('upper') | list", "map(attribute='n') | list", "map(attribute='in.k', default=0) | list", "map('default', 'x') | list", "map('int') | list", "map('string') | join('+')", "map('replace', 'a', 'o') | list", "select | list", "select('odd') | list", "select('string') | list", "select('gt', 1) | list", "reject('none') | list", "reject | list", "selectattr('n') | list", "selectattr('n', 'gt', 1) | map(attribute='n') | list", "selectattr('s', 'equalto', 'x') | list", "rejectattr('in') | list", "selectattr('in.k', 'defined') | list | length", "groupby('n')", "groupby('s', case_sensitive=true) | list", "groupby('in.k', default=9) | map(attribute='list') | list", "batch(2) | list", "batch(2, 'z') | list", "slice(2) | list", "slice(2, 'z') | list", "sum", "sum(start=1.5)", "sum(attribute='n')", "min", "max", "min(attribute='n')", "dictsort", "dictsort(by='value')", "dictsort(reverse=true)", "items | list", "attr('n')", "attr('upper')", "format(1)", "format('a', 2)", "wordwrap", "map('nofilter') | list"]
RANGES = ['', ' | list', ' | sum', ' | join(".")', '[1]']
LOOPED = ['range(3)', 's', 'd.values()', 'l | map("string")', 'el', 'missing']
SET_FILTERS = ['upper', 'trim', 'length', 'indent(2)', 'replace("a", n)']
OPS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]


def text(depth):
    return pick([lambda: pick(STR), lambda: pick(STR), lambda: literal(), lambda: f"{text(depth - 1)} ~ {value(depth - 1)}" if depth > 0 else pick(STR), lambda: f"{pick(STR)}.{pick(STRINGS)}"])()


def number(depth):
    return pick([lambda: pick(NUM), lambda: pick(["1", "2", "0", "-3", "2.5"]), lambda: f"{number(depth - 1)} {pick(['+', '-', '*', '/', '//', '%'])} {number(depth - 1)}" if depth > 0 else pick(NUM), lambda: f"({pick(SEQ)} | length)"])()


def index():
    return pick(["[0]", "[-1]", "[1]", "['a']", ".a", ".items", "['items']", "[1:]", "[:-1]", "[::-1]", "[::2]", "[-3:2]", "[5]", ".missing", "['n']", ".0", "[none]", ".keys() | list", ".values() | list", ".items() | list", ".get('a')", ".get('zz', 5)", ".get('zz')", "[0].n", ".__class__", ".index(1)", ".count('a')", ".copy()", ".append(1)", "[true]", "[1.0]", "['10']", "[:]", "[n]"])


def value(depth):
    if depth <= 0:
        return pick([pick(NAMES), pick(NAMES), literal()])
    return pick([
        lambda: pick(NAMES), literal,
        lambda: f"{value(depth - 1)} | {pick(FILTERS)}", lambda: f"{pick(SEQ)} | {pick(FILTERS)}", lambda: f"{pick(SEQ)} | {pick(FILTERS)}", lambda: f"{pick(STR)} | {pick(FILTERS)}", lambda: f"{pick(NUM)} | {pick(FILTERS)}", lambda: f"({value(depth - 1)}) | {pick(FILTERS)}",
        lambda: f"{pick(STR)}.{pick(STRINGS)}", lambda: f"{pick(STR)}.{pick(STRINGS)}", lambda: pick(FORMATS),
        lambda: f"{pick(SEQ + STR)}{index()}", lambda: f"([{value(depth - 1)}, x]){index()}", lambda: f"({value(depth - 1)}).a",
        lambda: f"{value(depth - 1)} {pick(OPS)} {value(depth - 1)}", lambda: f"{number(depth - 1)} {pick(OPS)} {number(depth - 1)}", lambda: f"{text(depth - 1)} {pick(['+', '~', '*', '%', 'in', '<', '=='])} {value(depth - 1)}",
        lambda: f"({value(depth - 1)} {pick(OPS)} {value(depth - 1)})", lambda: f"not {value(depth - 1)}", lambda: f"-{number(depth - 1)}", lambda: f"{value(depth - 1)} is {pick(['', 'not '])}{pick(TESTS)}",
        lambda: f"{value(depth - 1)} if {value(depth - 1)} else {value(depth - 1)}", lambda: f"({value(depth - 1)} if {value(depth - 1)})",
        lambda: f"[{', '.join(many(lambda: value(depth - 1)))}]", lambda: f"({value(depth - 1)}, {value(depth - 1)})", lambda: f"{{{literal()}: {value(depth - 1)}, 'k': {value(depth - 1)}}}",
        lambda: f"range({pick(['3', 'n', '1, 5', '5, 0, -2', '0', 'l | length'])}){pick(RANGES)}", lambda: f"dict(a=1, b={value(depth - 1)}){pick(['', '.a', '.items() | list', ' | length'])}", lambda: f"{number(depth - 1)} < {number(depth - 1)} <= {number(depth - 1)}", lambda: "strftime_now('%Y') | length", lambda: f"m({value(depth - 1)})", lambda: f"x.{pick(['a', 'b', 'c'])}", lambda: f"loop.{pick(LOOP)}",
    ])()


LOOP = ["index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "previtem", "nextitem", "cycle('a', 'b')", "changed(n)", "changed(x)", "depth0"]


def expression(depth=2):
    return value(depth)


def dash():
    return pick(["", "", "", "-", "+"])


def space():
    return pick(["", "", " ", "\n", "\n  ", "  \n", "a", " b ", "\n\n", "\t", "\r\n", "{# c #}", "{#- c -#}\n"])


def tag(body):
    return "{%" + dash() + " " + body + " " + pick(["", "", "-", "+", ""]) + "%}"


def statements(depth, loop=False, low=1, high=3):
    return "".join(space() + statement(depth, loop) for _ in range(R.randint(low, high))) + space()


def statement(depth, loop):
    if depth <= 0:
        return pick([lambda: "{{" + pick(["", "-", "+", ""]) + " " + expression(1) + " " + pick(["", "-"]) + "}}", lambda: tag(f"set {pick(['x', 'y', 'n'])} = {expression(1)}"), lambda: pick(["text", "<a>", "{ }", "%}", "#"])])()
    inside = lambda in_loop=loop: statements(depth - 1, in_loop, 1, 2)
    return pick([
        lambda: "{{" + pick(["", "-", ""]) + " " + expression(2) + " " + pick(["", "-"]) + "}}", lambda: "{{ " + expression(2) + " }}", lambda: "{{ " + expression(3) + " }}", lambda: "{{ x }}{{ y }}",
        lambda: tag(f"set {pick(['x', 'y', 's', 'l'])} = {expression(2)}"), lambda: tag(f"set x, y = {pick(['1, 2', 'l', '(s, n)', 'd.items() | first', '[1, [2]]'])}"), lambda: tag("set x") + inside() + tag("endset"), lambda: tag(f"set y | {pick(SET_FILTERS)}") + inside() + tag("endset"),
        lambda: tag(f"if {expression(2)}") + inside() + tag("endif"), lambda: tag(f"if {expression(1)}") + inside() + tag(f"elif {expression(1)}") + inside() + tag("else") + inside() + tag("endif"),
        lambda: tag(f"for x in {pick(SEQ + LOOPED)}") + inside(True) + tag("endfor"), lambda: tag(f"for x in {pick(SEQ)}") + inside(True) + "{{ loop." + pick(LOOP) + " }}" + tag("endfor"),
        lambda: tag("for x, y in d.items()") + inside(True) + "{{ x }}={{ y }}" + tag("else") + inside() + tag("endfor"), lambda: tag(f"for x in l if x {pick(['> 1', 'is odd', '!= n', 'in ls'])}") + "{{ x }}{{ loop.index }}/{{ loop.length }}" + inside(True) + tag("else") + "none" + tag("endfor"), lambda: tag("for x in mixed recursive") + "{{ loop.depth }}" + "{% if x is sequence and x is not string and x is not mapping %}[{{ loop(x) }}]{% else %}{{ x }}{% endif %}" + tag("endfor"),
        lambda: tag(pick(["break", "continue"])) if loop else "", lambda: tag("set ns = namespace(a=1, b=[])") + tag(f"for x in l") + tag(f"set ns.a = ns.a + {pick(['x', '1', 'loop.index'])}") + tag("endfor") + "{{ ns.a }}{{ ns.zz }}{{ ns.b }}", lambda: tag(f"macro m(x, y={literal()})") + inside(False) + "{{ x }}{{ y }}" + pick(["", "{{ varargs }}", "{{ kwargs }}", "{{ caller() if caller }}"]) + tag("endmacro") + "{{ m(" + pick(["1", "1, 2", "y=3, x=s", "", "1, 2, 3", "1, z=4", "s, *l", "**{'x': 1}"]) + ") }}", lambda: tag("macro m(a)") + "<{{ caller(a) }}>" + tag("endmacro") + tag("call(v) m(n)") + "{{ v }}" + inside(False) + tag("endcall"), lambda: tag("macro r(k)") + "{{ k }}{% if k > 0 %}{{ r(k - 1) }}{% endif %}" + tag("endmacro") + "{{ r(3) }}",
        lambda: tag(f"with x = {expression(1)}, y = n") + inside() + "{{ x }}{{ y }}" + tag("endwith"), lambda: tag(f"filter {pick(SET_FILTERS)}") + inside() + tag("endfilter"), lambda: "{% raw %}{{ x }}{% if %}" + space() + tag("endraw"), lambda: tag("generation") + inside(False) + tag("endgeneration"), lambda: tag(f"block b{R.randint(0, 9999)}") + inside(False) + "{{ x }}" + tag("endblock"), lambda: tag(f"print {expression(1)}"), lambda: "{{ raise_exception('no') }}" if R.random() < 0.05 else "",
        lambda: "{{ '%s' | format(" + expression(1) + ") }}", lambda: "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set j = joiner('|') %}{{ j() }}{{ j() }}", lambda: "text" + space(),
    ])()


ADDRESS = re.compile(r" at 0x|<built-in|<bound method|<function|object>|<generator|<class|<filter|Cycler|Joiner|<list_reverse|iterator|dict_|bytes|b'|b\"|TemplateReference|<reversed", re.IGNORECASE)


def main(count, seed):
    R.seed(seed)
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(RecursionError()))
    left, made = int(count), 0
    while left > 0:
        template = statements(2)
        made += 1
        row = {"template": template}
        signal.alarm(2)  # big ** big takes long
        try:
            text = _compile_jinja_template(template).render(**copy.deepcopy(VALUES))  # `list | indent` changes the list
            if ADDRESS.search(text) or "j" in text and "complex" in text:
                continue
            text.encode("utf8")
            row["text"] = text
        except RecursionError:
            continue
        except UnicodeEncodeError:
            continue
        except MemoryError:
            continue
        except Exception as error:
            # Errors are many: some are enough.
            if R.random() > 0.25:
                continue
            row["error"] = f"{type(error).__name__}: {error}"[:200]
        finally:
            signal.alarm(0)
        if made % 2000 == 0:
            _compile_jinja_template.cache_clear()
        left -= 1
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf8")
    print(json.dumps({"values": VALUES}, ensure_ascii=False))
    main(sys.argv[1], int(sys.argv[2]))
