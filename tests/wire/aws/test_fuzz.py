"""Generated requests for the front of AWS: answers of 4xx, soon, without a word of this machine, and no traceback."""

import http.client
from urllib.parse import urlsplit

from tests.support import fuzz_aws
from tests.support.fuzz import Front, fuzz_requests
from tests.wire.aws.server import KEY, REGION, SECRET, Server

COUNT = fuzz_requests(250)
MEGABYTE = b"x" * (1 << 20)


def test_no_request_fails_the_front(server: Server) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="fuzz", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="fuzz", Key="a.csv", Body=b"hello")
    front = Front(server.endpoint, server.log, server.home)
    front.check(fuzz_aws.requests(server.endpoint, (KEY, SECRET), REGION, seed=1, count=COUNT))


def test_a_body_of_no_announced_length_ends_at_the_limit(server: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=60)
    credential = "Credential=nobody/20260101/us-east-1/glue/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0",
        "X-Amz-Date": "20260101T000000Z",
        "Transfer-Encoding": "chunked",
    }
    connection.putrequest("POST", "/")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    sent = 0
    try:
        while sent < 200:
            connection.send(b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE))
            sent += 1
    except OSError:  # the front has answered, and closed
        pass
    assert sent < 200
    connection.close()
