// What the tests ask the page of JupyterLab: `window.learner`. It reads, and changes nothing but the scroll position.
window.learner = (() => {
  const panel = () => window.jupyterapp?.shell.currentWidget;
  const kernel = () => panel().sessionContext.session?.kernel;
  const cells = () => panel().content.widgets;
  const code = () => cells().filter(it => it.model.type === "code");
  const failed = cell => cell.model.outputs.toJSON().filter(it => it.output_type === "error");
  const hasEnded = (cell, before = null) =>
    cell.model.executionState === "idle" && cell.model.executionCount !== null && cell.model.executionCount !== before;
  const laidOut = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));

  return {
    laidOut,
    ready: path =>
      panel()?.context?.isReady && panel().context.path === path && kernel()?.status === "idle" && cells().length > 0,
    shows: path => panel()?.context?.isReady && panel().context.path === path && panel().content.editor !== undefined,
    terminal: () => {
      const lines = panel()?.content?._term?.buffer.active;
      return lines ? Array.from({ length: lines.length }, (_, at) => lines.getLine(at).translateToString()).join("\n") : "";
    },
    dirty: async () => {
      await Promise.all([kernel().info, kernel().spec]); // what the notebook is told of its kernel
      await laidOut();
      return panel().context.model.dirty;
    },
    trusted: () => code().every(it => it.model.trusted),
    position: tag => cells().findIndex(it => it.model.id === tag || it.model.getMetadata("tags")?.includes(tag)),
    scrollTo: async at => await panel().content.scrollToItem(at, "center"),
    source: at => cells()[at].model.sharedModel.getSource(),
    count: at => cells()[at].model.executionCount,
    anyRuns: () => code().some(it => it.model.executionState === "running"),
    ended: (at, before) => hasEnded(cells()[at], before),
    allEnded: () =>
      code().every(it => hasEnded(it)) || (code().some(it => failed(it).length) && kernel()?.status === "idle"),
    failures: () => code().flatMap(it => failed(it).map(error => `${it.model.id}: ${error.ename}: ${error.evalue}`)),
    pictures: async () => {
      const images = [...panel().node.querySelectorAll(".jp-Notebook img")];
      await Promise.all(images.map(it => it.decode().catch(() => undefined)));
      await laidOut();
      return images.map(it => {
        const box = it.getBoundingClientRect();
        const around = (it.closest(".jp-OutputArea-output, .jp-MarkdownOutput") ?? it.parentElement).getBoundingClientRect();
        return {
          alternative: it.alt, natural: it.naturalWidth, left: box.left, right: box.right,
          cell: [around.left, around.right],
        };
      });
    },
  };
})();
