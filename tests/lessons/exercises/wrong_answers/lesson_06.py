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


def _number(expression):
    return _set(f'key: RUNS; kvType: NUMBER; value: "{{{{ {expression} }}}}"')


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
        (lambda lab: _entry(lab, days=60), "timedelta(60) is 60 days"),
        (lambda lab: (_entry(lab, hours=1), _entry(lab))[0], "never expires"),
        (lambda lab: lab.kestra.kv("zoomcamp").list(), "is a list"),
        (lambda lab: _entry(lab, value={"LESSON_06": "maintenance"}, hours=1), "The text is to be 'maintenance'"),
    ],
    "06.2": [
        ("gs://workbook-local-zoomcamp/raw", "Which function reads the store"),
        ("{{ kv('GCP_BUCKET_NAME') }}/raw", "is asked for"),
        ("gs://{{ kv('BUCKET') }}/raw", "The key 'BUCKET' does not exist"),
        ("gs://{{ kv('GCP_BUCKET_NAME' }}/raw", "Unclosed"),
        (7, "asks for text"),
        ("gs://{{ kv(GCP_BUCKET_NAME) }}/raw", "it stands in quotes"),
        ("gs://{{ kv.GCP_BUCKET_NAME }}/raw", "its brackets are round"),
        ("gs://{{ secret('GCP_BUCKET_NAME') }}/raw", "the KV store has a function of its own"),
        ("gs://{{ inputs.bucket_name }}/raw", "is in the KV store, and nowhere else"),
        ("gs://{{ kv('GCP_BUCKET_NAME', 'zoomcamp') }}/raw", "With one argument"),
        ("gs://{{ kv('GCP_PROJECT_ID') }}-zoomcamp/raw", "A bucket may be called anything"),
        ("gs://{{ kv('gcp_bucket_name') }}/raw", "letter by letter"),
        ("gs://{ kv('GCP_BUCKET_NAME') }/raw", "two braces on either side"),
        ("kv('GCP_BUCKET_NAME') + '/raw'", "two braces on either side"),
        ("gs://{{ kv('GCP_BUCKET_NAME') }}/raw/", "gs://first-bucket/raw is asked for"),
    ],
    "06.3": [
        (_set("key: RUNS; kvType: NUMBER; value: \"{{ kv('RUNS') + 1 }}\""), "The execution ended FAILED"),
        (_set('key: RUNS; kvType: NUMBER; value: "1"'), "After run 2 RUNS holds 1"),
        (_set(f'key: RUNS; kvType: STRING; value: "{{{{ {COUNT} }}}}"'), "kvType: NUMBER"),
        (_set(f'key: COUNT; kvType: NUMBER; value: "{{{{ {COUNT} }}}}"'), "there is no key RUNS"),
        (_set("name: RUNS"), "does not accept"),
        (_set("key: RUNS; kvType: NUMBER; value: \"{{ kv('RUNS') + 1 }}\""), "Before the first run there is no key"),
        (_number(COUNT.replace("?? 0", "?? 1")), "begin with 0"),
        (_number(COUNT.replace("RUNS", "RUN")), "the old value of RUNS"),
        (_set("key: RUNS; kvType: NUMBER; value: RUNS + 1"), "stands between double braces"),
        (_set(f'key: RUNS; kvType: INT; value: "{{{{ {COUNT} }}}}"'), "kvType is one of STRING, NUMBER"),
        (_set(f'key: RUNS; kvType: NUMBER; namespace: zoomcamp; value: "{{{{ {COUNT} }}}}"'), "Leave `namespace` out"),
        (_set(f"key: RUNS; kvType: NUMBER; value: {{{{ {COUNT} }}}}"), "Put quotes around the expression"),
        (_set(f'key: RUNS; type: NUMBER; value: "{{{{ {COUNT} }}}}"'), "`type:` is there twice"),
        (_set(f'key: RUNS; overwrite: false; value: "{{{{ {COUNT} }}}}"'), "in run 2"),
    ],
    "06.4": [
        ({"A", "B", "D"}, "blots out its secrets"),
        ({"B", "C", "D"}, "the length of a secret"),
        ({"B"}, "An execution keeps what was typed"),
        ({"D"}, "makes an output"),
        ({"E"}, "no flow E"),
        (4, "Put letters"),
        (set(), "makes an output"),
        ("B, D", "Put letters into the set"),
        ({"B,D"}, "no flow B,D"),
    ],
}

RIGHT = {
    "06.1": [lambda lab: _entry(lab, minutes=60)],
    "06.2": ['gs://{{ kv("GCP_BUCKET_NAME") }}/raw', "{{ 'gs://' ~ kv('GCP_BUCKET_NAME') ~ '/raw' }}"],
    "06.3": [
        _number("(kv('RUNS', errorOnMissing=false) | default(0)) + 1"),
        _number("kv('RUNS', errorOnMissing=false) ?? 0 + 1"),
        _set(f'key: RUNS; value: "{{{{ {COUNT} }}}}"'),
    ],
    "06.4": [["B", "D"], {"b", "d"}],
}
