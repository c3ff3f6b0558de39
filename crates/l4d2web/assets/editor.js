// The editor of config and script text: CodeMirror over a textarea that stays the truth, so that the form around it knows nothing of this.
import {
  Decoration, EditorState, EditorView, HighlightStyle, RangeSetBuilder, StreamLanguage, ViewPlugin, bracketMatching, defaultKeymap, drawSelection,
  highlightActiveLine, highlightActiveLineGutter, highlightSelectionMatches, highlightSpecialChars, history, historyKeymap, indentUnit,
  indentWithTab, keymap, lineNumbers, search, searchKeymap, shell, syntaxHighlighting, tags,
} from "./vendor/codemirror.min.js";

// The console's language: a command, its words, and comments from // to the end of the line. Commands are parted by lines and by ;.
const cfg = {
  name: "cfg",
  startState: () => ({ first: true }),
  token(stream, state) {
    if (stream.sol()) state.first = true;
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.eat(";")) {
      state.first = true;
      return null;
    }
    const isFirst = state.first;
    state.first = false;
    if (stream.eat('"')) {
      stream.match(/^[^"]*"?/);
      return isFirst ? "keyword" : "string";
    }
    stream.match(/^(?:(?!\/\/)[^\s";])+/) || stream.next();
    if (isFirst) return "keyword";
    return /^-?\d+(\.\d+)?$/.test(stream.current()) ? "number" : null;
  },
  languageData: { commentTokens: { line: "//" } },
};

const languages = { cfg: () => StreamLanguage.define(cfg), sh: () => StreamLanguage.define(shell) };

// The classes of app.css, so that the two themes are those of the page.
const colours = HighlightStyle.define([
  { tag: tags.comment, class: "tok-note" },
  { tag: [tags.keyword, tags.standard(tags.name), tags.definition(tags.variableName)], class: "tok-word" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-text" },
  { tag: [tags.number, tags.bool, tags.atom], class: "tok-num" },
]);

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--raised)", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "var(--t-sm)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "var(--s2)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-3)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "transparent", boxShadow: "inset 0 0 0 100vmax color-mix(in srgb, var(--sunken) 40%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--move-bg)" },
  ".cm-selectionMatch": { backgroundColor: "var(--run-bg)" },
  ".cm-searchMatch": { backgroundColor: "var(--stale-bg)", outline: "1px solid var(--stale)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--stale-bg)", outline: "2px solid var(--stale)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--run-bg)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "var(--s2)", padding: "var(--s2)", paddingRight: "var(--s5)" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "var(--s1)", minHeight: "var(--ctl)", fontSize: "var(--t-sm)" },
  ".cm-panel.cm-search .cm-textfield": { width: "auto", flex: "1 1 8rem", fontSize: "var(--t-sm)", backgroundColor: "var(--raised)", border: "1px solid var(--edge)" },
  ".cm-panel.cm-search .cm-button": { minHeight: "var(--ctl)", backgroundImage: "none", backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "var(--r2)" },
  ".cm-panel.cm-search [name=close]": { minWidth: "1.5rem", minHeight: "1.5rem", color: "var(--ink)" },
});

// What the game would show wrong: marked, and named below with its place.
const odd = Decoration.mark({ class: "is-odd" });
// eslint-disable-next-line no-control-regex
const notAscii = /[^\u0000-\u007f]/u;

const marks = ViewPlugin.fromClass(class {
  constructor(view) { this.decorations = this.find(view); }
  update(update) { if (update.docChanged || update.viewportChanged) this.decorations = this.find(update.view); }
  find(view) {
    const found = new RangeSetBuilder();
    for (const { from, to } of view.visibleRanges) {
      for (const match of view.state.sliceDoc(from, to).matchAll(new RegExp(notAscii, "gu"))) {
        found.add(from + match.index, from + match.index + match[0].length, odd);
      }
    }
    return found.finish();
  }
}, { decorations: (plugin) => plugin.decorations });

// Where the first such character is, as the panel says it of a saved file.
function warning(state) {
  const text = state.sliceDoc();
  const match = notAscii.exec(text);
  if (!match) return "";
  const line = state.doc.lineAt(match.index);
  const column = [...text.slice(line.from, match.index)].length + 1;
  const more = [...text.matchAll(new RegExp(notAscii, "gu"))].length - 1;
  const rest = more === 0 ? "" : more === 1 ? " There is one more such character." : ` There are ${more} more such characters.`;
  return `Line ${line.number}, column ${column}: “${match[0]}” is not ASCII; the game may show it wrong.${rest}`;
}

export function equip(area) {
  if (area.dataset.ready) return;
  area.dataset.ready = "yes";
  const { language } = area.dataset;
  const fixed = area.readOnly || area.disabled;

  const frame = document.createElement("div");
  frame.className = "code-frame";
  const place = document.createElement("div");
  place.className = "code code-live";
  place.dataset.editorOf = area.id;
  const status = document.createElement("div");
  status.className = "status";
  const where = document.createElement("span");
  const warned = document.createElement("span");
  warned.className = "state state-tag state-stale";
  warned.setAttribute("role", "status");
  const leave = document.createElement("span");
  leave.id = `${area.id}-keys`;
  leave.textContent = "Escape, then Tab leaves the editor";
  status.append(where, leave, warned);

  const attributes = {
    "aria-label": area.getAttribute("aria-label") ?? (area.labels?.[0]?.textContent.trim() || "Text"),
    "aria-describedby": [area.getAttribute("aria-describedby")?.trim(), leave.id].filter(Boolean).join(" "),
    "aria-multiline": "true",
    tabindex: "0",
    spellcheck: "false",
    autocapitalize: "none",
  };
  if (area.getAttribute("aria-invalid") === "true") attributes["aria-invalid"] = "true";
  if (fixed) attributes["aria-readonly"] = "true";

  // What only told of the state is told by the editor now.
  const told = area.dataset.warning && document.getElementById(area.dataset.warning);
  if (told) told.hidden = true;

  const save = () => {
    if (fixed || !area.form) return false;
    area.form.requestSubmit(area.form.querySelector("[data-save]") ?? undefined);
    return true;
  };

  function say(state) {
    const { head } = state.selection.main;
    const line = state.doc.lineAt(head);
    where.textContent = `Line ${line.number}, column ${[...state.sliceDoc(line.from, head)].length + 1}`;
    const words = language === "cfg" ? warning(state) : "";
    warned.hidden = !words;
    if (warned.textContent !== words) warned.textContent = words;
  }

  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), bracketMatching(), highlightActiveLine(),
        highlightSelectionMatches(), search({ top: true }), indentUnit.of(language === "sh" ? "  " : "\t"), EditorState.tabSize.of(4),
        EditorState.readOnly.of(fixed),
        keymap.of([{ key: "Mod-s", run: save }, ...searchKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        languages[language]?.() ?? [], syntaxHighlighting(colours), look,
        language === "cfg" ? marks : [],
        EditorView.contentAttributes.of(attributes),
        EditorView.domEventHandlers({
          // Typed over several lines, the browser itself would join them with styles in the text, which our policy takes for an attack.
          beforeinput(event, editor) {
            const { main } = editor.state.selection;
            const lines = editor.state.doc.lineAt(main.from).to < main.to;
            if (event.inputType !== "insertText" || event.data === null || editor.composing || !lines || fixed) return false;
            event.preventDefault();
            editor.dispatch(editor.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
            return true;
          },
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            area.value = update.state.sliceDoc();
            area.dispatchEvent(new Event("input", { bubbles: true }));
          }
          if (update.docChanged || update.selectionSet) say(update.state);
        }),
      ],
    }),
  });
  say(view.state);

  frame.append(place, status);
  area.before(frame);
  area.hidden = true;
  // A control that cannot be seen cannot be asked for by the browser; the panel says what is missing.
  area.required = false;
  // Whoever means the field gets the editor.
  area.focus = () => view.focus();
  for (const label of area.labels ?? []) label.addEventListener("click", () => view.focus());
  area.form?.addEventListener("reset", () => {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.defaultValue } });
  });
  if (area.autofocus) view.focus();
}
