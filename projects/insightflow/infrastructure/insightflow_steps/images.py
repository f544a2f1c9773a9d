"""The repository of the ingestion's image. It exists on AWS only: an emulator knows the program by the name."""

from botocore.exceptions import ClientError

from insightflow_steps.account import Account, code_of
from insightflow_steps.names import REPOSITORY


class Repository:
    """A repository of Amazon ECR.

    Parameters:
        account: to work on.
        empty: whether `down` may delete the images in it.
    """

    def __init__(self, account: Account, empty: bool) -> None:
        self.name = f"repository {REPOSITORY}"
        self._account = account
        self._empty = empty

    @property
    def image(self) -> str:
        """The image's address."""
        registry = f"{self._account.number}.dkr.ecr.{self._account.region}.amazonaws.com"
        return f"{registry}/{REPOSITORY}:latest"

    def up(self) -> str:
        """Create the repository, and explain how to push the image."""
        ecr, done = self._account.client("ecr"), "created"
        try:
            ecr.create_repository(repositoryName=REPOSITORY, imageScanningConfiguration={"scanOnPush": True})
        except ClientError as error:
            if code_of(error) != "RepositoryAlreadyExistsException":
                raise
            done = "there already"
        if ecr.list_images(repositoryName=REPOSITORY, maxResults=1).get("imageIds"):
            return done
        registry = self.image.partition("/")[0]
        return (
            f"{done}; it is empty: bring the image with\n"
            f"  aws ecr get-login-password --region {self._account.region} | "
            f"docker login --username AWS --password-stdin {registry}\n"
            f"  docker build --platform linux/amd64 --tag {self.image} ingestion && docker push {self.image}"
        )

    def down(self) -> str:
        """Delete the repository, if it is empty or may be emptied."""
        try:
            self._account.client("ecr").delete_repository(repositoryName=REPOSITORY, force=self._empty)
        except ClientError as error:
            if code_of(error) == "RepositoryNotFoundException":
                return "not there"
            if code_of(error) == "RepositoryNotEmptyException":
                return "stays, as there are images in it; --empty-buckets deletes them too"
            raise
        return "deleted"
