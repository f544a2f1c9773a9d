"""The kernel of this environment, as a notebook names it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager


def kernel_metadata() -> dict[str, Any]:
    """The two entries of a notebook's metadata that JupyterLab writes when it has started the kernel.

    A notebook that has others counts as changed as soon as it is opened.
    """
    folder = Path(sys.prefix) / "share" / "jupyter" / "kernels"
    spec = KernelSpecManager(kernel_dirs=[str(folder)]).get_kernel_spec(NATIVE_KERNEL_NAME)
    named = {"name": NATIVE_KERNEL_NAME, "display_name": spec.display_name, "language": spec.language}
    return {"kernelspec": named, "language_info": IPythonKernel.language_info}
