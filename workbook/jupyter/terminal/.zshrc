# JupyterLab's terminal with zsh: the learner's own settings, then the project's environment before all else.
ZDOTDIR=$HOME
if [ -r ~/.zshrc ]; then . ~/.zshrc; fi
export PATH="$VIRTUAL_ENV/bin:$PATH"
cd "$JUPYTER_SERVER_ROOT" || true
