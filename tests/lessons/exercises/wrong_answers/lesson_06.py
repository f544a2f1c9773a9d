"""Typical wrong answers of lesson 06, each with a part of the hint it must get."""

from datetime import timedelta


def _entry(lab, value="maintenance", key="LESSON_06", **ttl):
    kv = lab.kestra.kv("zoomcamp")
    kv.set(key, value, ttl=timedelta(**ttl) if ttl else None)
    return next(entry for entry in kv.list() if entry.key == key)


def _gone(lab):
    entry = _entry(lab, hours=1)
    lab.kestra.kv("zoomcamp").delete("LESSON_06")
    return entry


def _set(lines):
    return "- id: count\n  type: io.kestra.plugin.core.kv.Set\n  " + lines.replace("; ", "\n  ")


COUNT = "(kv('RUNS', errorOnMissing=false) ?? 0) + 1"

WRONG = {
    "06.1": [
        ("LESSON_06", "is a str"),
        (lambda lab: _entry(lab, key="LESSON_6", hours=1), "entry of LESSON_6"),
        (lambda lab: _entry(lab), "never expires"),
        (lambda lab: _entry(lab, minutes=1), "expires in 1 minutes"),
        (lambda lab: _entry(lab, hours=24), "expires in 1,440 minutes"),
        (lambda lab: _entry(lab, value="Maintenance", hours=1), "holds 'Maintenance'"),
        (_gone, "not in the store"),
    ],
    "06.2": [
        ("gs://workbook-local-zoomcamp/raw", "Which function reads the store"),
        ("{{ kv('GCP_BUCKET_NAME') }}/raw", "is asked for"),
        ("gs://{{ kv('BUCKET') }}/raw", "The key 'BUCKET' does not exist"),
        ("gs://{{ kv('GCP_BUCKET_NAME' }}/raw", "Unclosed"),
        (7, "asks for text"),
    ],
    "06.3": [
        (_set("key: RUNS; kvType: NUMBER; value: \"{{ kv('RUNS') + 1 }}\""), "The execution ended FAILED"),
        (_set('key: RUNS; kvType: NUMBER; value: "1"'), "After run 2 RUNS holds 1"),
        (_set(f'key: RUNS; kvType: STRING; value: "{{{{ {COUNT} }}}}"'), "kvType: NUMBER"),
        (_set(f'key: COUNT; kvType: NUMBER; value: "{{{{ {COUNT} }}}}"'), "there is no key RUNS"),
        (_set("name: RUNS"), "does not accept"),
    ],
    "06.4": [
        ({"A", "B", "D"}, "blots out its secrets"),
        ({"B", "C", "D"}, "the length of a secret"),
        ({"B"}, "An execution keeps what was typed"),
        ({"D"}, "makes an output"),
        ({"E"}, "no flow E"),
        (4, "Put letters"),
    ],
}
