"""AWS's request protocols: JSON 1.1, REST-JSON, and query with XML.

Everything follows botocore's service models, as the official clients do: names, types, limits, enumerations, paths and
the status of each error. A service has a method for each supported operation; names and parameters are those of boto3.
See `embedded.services.aws.protocol.dispatcher`.
"""
