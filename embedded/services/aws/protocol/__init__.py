"""How AWS's services read requests and write answers: JSON 1.1, REST-JSON and query with XML.

Everything follows botocore's models of the services, which the official clients follow too: names, types, limits,
enumerations, addresses, and the status of each error. A service is an object with a method for each supported
operation, named and with parameters named as in boto3; see `embedded.services.aws.protocol.dispatcher`.
"""
