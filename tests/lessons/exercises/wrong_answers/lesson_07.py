"""Typical wrong answers of lesson 07, each with a part of the hint it must get."""

from tests.lessons.exercises.wrong_answers.google import ready


def _on(lines):
    """A task, once the bucket and the data set are there."""

    def answer(lab):
        ready(lab)
        return lines

    return answer


def _bucket(name="{{ kv('GCP_PROJECT_ID') }}-exercise-07-1", kind="COLDLINE", location="location: europe-west1"):
    lines = ["- id: archive", "  type: io.kestra.plugin.gcp.gcs.CreateBucket", "  ifExists: SKIP"]
    return _on("\n".join([*lines, f'  name: "{name}"', f"  storageClass: {kind}", f"  {location}"]))


def _remove(lines):
    head = "- id: remove\n  type: io.kestra.plugin.gcp.gcs.Delete\n"
    return _on(f"{head}  {lines.format(uri='gs://{{ kv(' + repr('GCP_BUCKET_NAME') + ') }}/exercise/07-2')}")


def _staging(lines):
    head = "- id: staging\n  type: io.kestra.plugin.gcp.bigquery.CreateDataset\n  "
    return _on(head + lines.replace("; ", "\n  "))


def _listing(lines):
    head = "- id: found\n  type: io.kestra.plugin.gcp.gcs.List\n  "
    uri = "from: \"gs://{{ kv('GCP_BUCKET_NAME') }}/exercise/07-4/\""
    return _on(head + "\n  ".join([uri, *lines.split("; ")]))


SET = "description: d; labels: {purpose: staging}"

WRONG = {
    "07.1": [
        (_bucket(location="labels: {a: b}"), "is in us-central1"),
        (_bucket(kind="REGIONAL"), "Its storage class is REGIONAL"),
        (_bucket(name="{{ kv('GCP_PROJECT_ID') }}-exercise-07-2"), "there is no bucket"),
        (_bucket(name="My Archive"), "Invalid bucket name"),
        (_bucket(kind="COLD"), "Unrecognized token 'COLD'"),
        (_bucket(kind="coldline"), "written in capitals"),
        (_bucket(location="location: EU"), "is in eu, and europe-west1 is asked for"),
        (_bucket(location="region: europe-west1"), "`region` is no property of CreateBucket"),
        (_bucket(name="{{ kv('GCP_PROJECT_ID') }}-exercise_07_1"), "but there is"),
        (_bucket(name="{{ kv(GCP_PROJECT_ID) }}-exercise-07-1"), "a value has its full name"),
    ],
    "07.2": [
        (_remove('uri: "{uri}.txt"\n  errorOnMissing: true'), "say that this is no error"),
        (_remove('uri: "{uri}.csv"'), "is still there"),
        (_remove('url: "{uri}.txt"'), "does not accept"),
        (_remove('uri: "{uri}.txt"\n  errorOnMissing: true\n  allowFailure: true'), "the flow looks away"),
        (_remove('uri: "{uri}.txt"\n  errorOnMissing: SKIP'), "cannot take this value"),
        (_remove('uri: "{uri}.txt"\n  ifExists: SKIP'), "which has description, disabled, errorOnMissing"),
        (_remove('uri: "{uri}.txt"\n  disabled: true'), "is still there"),
        (_remove('from: "{uri}.txt"'), "does not accept"),
    ],
    "07.3": [
        (_staging("name: exercise_07_3; ifExists: UPDATE; labels: {purpose: staging}"), "no description"),
        (_staging("name: exercise_07_3; ifExists: UPDATE; description: d"), "Its labels are none"),
        (_staging("name: exercise_07_3; ifExists: UPDATE; description: d; labels: {purpose: x}"), "is asked for"),
        (_staging(f"name: exercise_07_3; {SET}"), "the second fails"),
        (_staging(f"name: exercise_07_3; ifExists: SKIP; {SET}"), "left it so"),
        (_staging(f"name: staging_07; ifExists: UPDATE; {SET}"), "there is no data set exercise_07_3"),
        (_staging(f"name: exercise-07-3; ifExists: UPDATE; {SET}"), "no dash"),
        (_staging(f"name: exercise_07_3; ifExists: REPLACE; {SET}"), "written in capitals"),
        (_staging("name: exercise_07_3; description: d; labels:; - purpose: staging"), "leave out the dashes"),
        (_staging(f"dataset: exercise_07_3; ifExists: UPDATE; {SET}"), "`dataset` is no property of CreateDataset"),
    ],
    "07.4": [
        (_listing("maxFiles: 100"), "a directory"),
        (_listing("listingType: RECURSIVE; maxFiles: 100"), "of another year"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: ".*2020-.*csv.*"'), "a packed file"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: ".*2020-.*csv.txt"'), "no CSV file"),
        (_listing('listingType: RECURSIVE; regExp: ".*2020-.*[.]csv"'), "maxFiles says otherwise"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: ".*/green_2020-.*[.]csv"'), "12 of 27"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: "("'), "no regular expression"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: "2020-.*[.]csv"'), "begin before gs://"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: "*2020*.csv"'), "no regular expression"),
        (_listing('listingType: RECURSIVE; maxFiles: 100; regExp: ".*2020-.*\\.csv"'), "a backslash stands in double"),
        (_listing('listingType: recursive; maxFiles: 100; regExp: ".*2020-.*[.]csv"'), "written in capitals"),
    ],
}

RIGHT = {
    "07.1": [
        _bucket(location="location: EUROPE-WEST1"),
        _bucket(location='location: "europe-west1"\n  labels: {a: b}'),
    ],
    "07.2": [_remove('uri: "{uri}.txt"'), _remove('uri: "{uri}.txt"\n  errorOnMissing: "false"')],
    "07.3": [_staging("name: exercise_07_3; ifExists: UPDATE; description: d; labels: {purpose: staging, owner: me}")],
    "07.4": [
        _listing("listingType: RECURSIVE; maxFiles: 100; regExp: '.*2020-.*\\.csv'"),
        _listing('listingType: RECURSIVE; maxFiles: 27; regExp: ".*_2020.*[.]csv$"'),
    ],
}
