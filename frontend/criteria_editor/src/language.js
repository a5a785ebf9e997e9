// How criteria are coloured, and what is offered while a name is typed.
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language"
import { tags } from "@lezer/highlight"

const NUMBER = /^(\d+(\.\d+)?|\.\d+)(\s*%|(bn|b|m|k)(?![a-z_0-9]))?/i
const NAME = /^[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*/i

// `words`: lower-case names by kind, as the page sends them.
export function criteriaLanguage(words) {
  return StreamLanguage.define({
    token(stream) {
      if (stream.eatSpace()) return null
      if (stream.match(/^#.*/)) return "comment"
      if (stream.match(/^"[^"]*"?|^'[^']*'?/)) return "string"
      if (stream.match(NUMBER)) return "number"
      const name = stream.match(NAME)
      if (name) return kindOf(name[0].toLowerCase(), words)
      if (stream.match(/^(>=|<=|==|!=|<>|[<>=+\-*/])/)) return "operator"
      stream.next()
      return null
    },
    languageData: { commentTokens: { line: "#" } },
  })
}

function kindOf(name, words) {
  if (words.keywords.has(name)) return "keyword"
  const last = name.split(".").pop()
  if (words.functions.has(last)) return "variableName.function"
  return words.fields.has(last) ? "property" : "variable"
}

// The colours are those of the page's theme, so that light and dark follow it.
export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: "var(--st-violet-text-color)", fontWeight: "600" },
    { tag: tags.number, color: "var(--st-green-text-color)" },
    { tag: tags.string, color: "var(--st-orange-text-color)" },
    { tag: tags.comment, color: "var(--st-gray-text-color)", fontStyle: "italic" },
    { tag: [tags.function(tags.variableName), tags.standard(tags.name)], color: "var(--st-blue-text-color)" },
    { tag: tags.propertyName, color: "var(--st-blue-text-color)" },
  ]),
)

export function completions(data) {
  const options = [
    ...data.functions.map((item) => ({
      label: item.name,
      detail: item.signature.slice(item.name.length),
      info: `${item.help} For example: ${item.example}`,
      type: "function",
      apply: item.parameters ? `${item.name}(` : item.name,
    })),
    ...data.fields.map((item) => ({ label: item.name, info: item.help, type: "property" })),
    ...data.frames.map((item) => ({ label: item.name, info: item.help, type: "namespace" })),
    ...data.keywords.map((word) => ({ label: word, type: "keyword" })),
  ]
  return (context) => {
    const word = context.matchBefore(/[a-z_][\w.]*/i)
    if (!word && !context.explicit) return null
    const inside = context.matchBefore(/["'#][^"'\n]*/)
    if (inside && !context.explicit) return null
    const dot = word ? word.text.lastIndexOf(".") + 1 : 0
    const isFrame = dot > 0 && data.frames.some((item) => item.name === word.text.slice(0, dot).toLowerCase())
    return { from: word ? word.from + (isFrame ? dot : 0) : context.pos, options, validFor: /^[\w.]*$/ }
  }
}
