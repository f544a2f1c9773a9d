"""The network of the jobs."""

from insightflow_steps.account import Account, StepError


def default_network(account: Account) -> tuple[list[str], list[str]]:
    """Subnets and security groups for jobs: those of the default VPC; on an emulator, which has no VPC, any names.

    Raises:
        StepError: there is no default VPC.
    """
    if not account.is_aws:
        return ["subnet-embedded"], ["sg-embedded"]
    ec2 = account.client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    if not vpcs:
        raise StepError(
            f"{account.region} has no default VPC: make one with "
            f"`aws ec2 create-default-vpc --region {account.region}`, "
            "or name --subnets and --security-groups that reach the internet"
        )
    within = {"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}
    subnets = ec2.describe_subnets(Filters=[within])["Subnets"]
    named = {"Name": "group-name", "Values": ["default"]}
    groups = ec2.describe_security_groups(Filters=[within, named])["SecurityGroups"]
    return [subnet["SubnetId"] for subnet in subnets], [group["GroupId"] for group in groups]
