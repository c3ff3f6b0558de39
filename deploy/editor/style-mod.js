// Stands in for style-mod, by which CodeMirror writes its style sheet: as a constructed sheet of the document, since our policy takes no <style>
// element. style-mod itself does that in shadow roots only.
import { StyleModule } from "./node_modules/style-mod/src/style-mod.js";

const sheets = new WeakMap();

StyleModule.mount = (root, modules) => {
  const place = root.adoptedStyleSheets ? root : root.ownerDocument;
  let kept = sheets.get(place);
  if (!kept) {
    const { defaultView } = place.ownerDocument ?? place;
    kept = { sheet: new defaultView.CSSStyleSheet(), modules: new Set() };
    sheets.set(place, kept);
    place.adoptedStyleSheets = [...place.adoptedStyleSheets, kept.sheet];
  }
  const given = Array.isArray(modules) ? modules : [modules];
  if (given.every((module) => kept.modules.has(module))) return;
  // What is given first may be overruled by what comes later.
  kept.modules = new Set([...given, ...kept.modules]);
  kept.sheet.replaceSync([...kept.modules].map((module) => module.getRules()).join("\n"));
};

export { StyleModule };
