"""How AWS's services take requests and tell answers: JSON 1.1, REST-JSON and query with XML.

Everything follows botocore's models of the services, which the official clients follow too: names, types, limits,
enumerations, addresses, and the status of each error. A service is an object with a method for each operation that is
there, named and with parameters named as in boto3; see `embedded.services.aws.protocol.dispatcher`.
"""
