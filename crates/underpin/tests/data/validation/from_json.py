"""Writes json.json: mutated documents, and where and why Python 3.13's json refuses them.

    python from_json.py 400 1 > json.json                 # how many, seed
    python3.11 from_json.py 400 2 older > json_3_11.json  # in the words of before 3.13

A line is [text, position, reason], or [text, null, null] if Python reads it. Before 3.13, Python had other words
for trailing commas; those are put right here, unless the older ones are asked for.
"""
import json, random, re, sys

SEEDS = ['{"username":"demouser","password":"demo\\npass \\u00e9 \\ud83e\\udd80"}', '[1, -2.5e+10, 0.1E-2, true, false, null]', '""',
    '{"a": {"b": [[], {}, [1,[2,[3]]]], "c": "🦀é\\"\\\\"}, "d" : 1 , "e":[ ]}', ' [ "a" , "b\\t" ] ', '"\\ud83e\\udd80\\ud83e"', '-0',
    '[NaN, Infinity, -Infinity]', '12345', '{"a":1,"a":2}', 'nul', '"abc', '\t\r\n ', '[{"x":"\\u12"}]', '"\\ud83e\\u12"']
BITS = [',', '"', '\\', '{', '}', '[', ']', ':', ' ', '-', '+', '.', 'e', '0', '7', 'u', '\\u', '\\ud83e', '\\udd80', '\n', '\x00', '\x1f', 'é', '🦀',
    'N', 'NaN', '-Infinity', 'true', 'nul', "'", '/', ',}', ',]', ', ]', '\u00a0', '\ufeff', '00', '1.', '-']
rnd = random.Random(int(sys.argv[2]))


def verdict(text):
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if "BOM" in error.msg:
            return 0, "Expecting value"
        comma = len(text[: error.pos].rstrip(" \t\n\r")) - 1
        after_comma = comma >= 0 and text[comma] == "," and "older" not in sys.argv
        if after_comma and error.msg == "Expecting value" and text[error.pos : error.pos + 1] == "]":
            return comma, "Illegal trailing comma before end of array"
        if after_comma and error.msg.startswith("Expecting property") and text[error.pos : error.pos + 1] == "}":
            return comma, "Illegal trailing comma before end of object"
        return error.pos, error.msg
    return None, None


def mutated():
    text = rnd.choice(SEEDS)
    for _ in range(rnd.randint(1, 3)):
        place = rnd.randrange(len(text) + 1)
        kind = rnd.random()
        if kind < 0.5:
            text = text[:place] + rnd.choice(BITS) + text[place:]
        elif kind < 0.75:
            text = text[:place] + text[place + rnd.randint(1, 3) :]
        else:
            text = text[:place]
    return text


lines, seen = [], set()
while len(lines) < int(sys.argv[1]):
    text = mutated()
    if text and text not in seen:
        seen.add(text)
        lines.append(json.dumps([text, *verdict(text)], ensure_ascii=False))
print("[\n" + ",\n".join(lines) + "\n]")
