// The editor of criteria as a component of the page: it shows a text with its faults and sends what is typed.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
import { bracketMatching } from "@codemirror/language"
import { lintKeymap, setDiagnostics } from "@codemirror/lint"
import { Compartment, EditorState } from "@codemirror/state"
import { drawSelection, EditorView, keymap, placeholder } from "@codemirror/view"
import { colours, completions, criteriaLanguage } from "./language.js"

const PAUSE_MILLISECONDS = 400
const TOLD = "criteria-editor-told"
const shown = new WeakMap()

const look = EditorView.theme({
  "&": {
    color: "var(--st-text-color)",
    backgroundColor: "var(--st-secondary-background-color)",
    border: "1px solid var(--st-widget-border-color, var(--st-border-color))",
    borderRadius: "var(--st-base-radius)",
    fontSize: "0.9rem",
  },
  "&.cm-focused": { outline: "2px solid var(--st-primary-color)", outlineOffset: "-1px" },
  ".cm-content": { fontFamily: "var(--st-code-font)", minHeight: "8.5rem", caretColor: "var(--st-text-color)" },
  ".cm-cursor": { borderLeftColor: "var(--st-text-color)" },
  ".cm-placeholder": { color: "var(--st-gray-text-color)" },
  ".cm-tooltip": {
    color: "var(--st-text-color)",
    backgroundColor: "var(--st-background-color)",
    border: "1px solid var(--st-border-color)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    color: "var(--st-background-color)",
    backgroundColor: "var(--st-primary-color)",
  },
  ".cm-completionInfo": { maxWidth: "24rem", whiteSpace: "normal" },
})

// What a screen reader says of the field beside its name and text: its faults, or how it is used.
function attributes(data) {
  return EditorView.contentAttributes.of({
    "aria-label": data.label,
    "aria-describedby": TOLD,
    "aria-invalid": data.faults.length ? "true" : "false",
    spellcheck: "false",
  })
}

function toldOf(data) {
  if (!data.faults.length) return data.help
  return data.faults.map((fault) => `Line ${fault.line}, column ${fault.column}: ${fault.message}`).join(" ")
}

function tell(editor, data) {
  editor.told.textContent = toldOf(data)
  editor.view.dispatch({ effects: editor.named.reconfigure(attributes(data)) })
}

function mount(root, component) {
  const { data } = component
  const words = {
    keywords: new Set(data.keywords),
    functions: new Set(data.functions.map((item) => item.name)),
    fields: new Set(data.fields.map((item) => item.name)),
  }
  const told = document.createElement("div")
  told.id = TOLD
  told.hidden = true // a description may be hidden
  const named = new Compartment()
  const editor = { sent: data.value, timer: 0, send: component.setStateValue, view: null, told, named }
  const flush = () => {
    clearTimeout(editor.timer)
    const text = editor.view.state.doc.toString()
    if (text !== editor.sent) {
      editor.sent = text
      editor.send("text", text)
    }
    return true
  }
  editor.view = new EditorView({
    parent: root,
    root: root.getRootNode(),
    state: EditorState.create({
      doc: data.value,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run: flush }]),
        history(), drawSelection(), bracketMatching(), closeBrackets(), EditorView.lineWrapping,
        criteriaLanguage(words), colours, look, placeholder(data.placeholder),
        autocompletion({ override: [completions(data)], icons: false }),
        // Tab stays free to leave the editor.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
        named.of(attributes(data)),
        EditorView.domEventHandlers({ blur: () => void flush() }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return
          clearTimeout(editor.timer)
          editor.timer = setTimeout(flush, PAUSE_MILLISECONDS)
        }),
      ],
    }),
  })
  told.textContent = toldOf(data)
  root.append(told)
  return editor
}

function diagnostics(doc, faults) {
  return faults
    .filter((fault) => fault.line <= doc.lines)
    .map((fault) => {
      const line = doc.line(fault.line)
      // Places count characters; the editor counts UTF-16 units.
      const letters = Array.from(line.text)
      const units = (count) => letters.slice(0, count).join("").length
      const from = Math.min(line.to, line.from + units(fault.column - 1))
      const to = Math.min(line.to, line.from + units(fault.column - 1 + fault.length))
      return { from, to: Math.max(from, to), severity: "error", message: fault.message }
    })
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector("[data-criteria-editor]")
  if (!root) return undefined
  let editor = shown.get(root)
  if (!editor) {
    root.textContent = ""
    editor = mount(root, component)
    shown.set(root, editor)
  }
  editor.send = component.setStateValue
  const { view } = editor
  if (data.value !== editor.sent) {
    // Changed elsewhere: rows, a saved text, a preset.
    editor.sent = data.value
    clearTimeout(editor.timer)
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: data.value } })
    clearTimeout(editor.timer)
  }
  if (view.state.doc.toString() === data.value) {
    view.dispatch(setDiagnostics(view.state, diagnostics(view.state.doc, data.faults)))
    tell(editor, data)
  }
  return () => {
    clearTimeout(editor.timer)
    editor.view.destroy()
    shown.delete(root)
  }
}
