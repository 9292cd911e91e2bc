/** Splits what was typed into words, as a POSIX shell does for the simple cases: quotes, `\`, `>`, `>>`, `|`, `;`, `&&`, `||`, comments. */
export interface SimpleCommand {
  words: string[]
  redirect?: { path: string; append: boolean }
  /** Errors are thrown away (`2>/dev/null`). */
  quiet?: boolean
}
export interface Step {
  /** Runs always, only after success, or only after failure of the step before. */
  when: 'always' | 'success' | 'failure'
  /** Joined by pipes. */
  pipeline: SimpleCommand[]
}

/** @returns a message when the line cannot be read. */
export function parseCommandLine(line: string): Step[] | string {
  const tokens = tokenise(line)
  if (typeof tokens === 'string') return tokens
  const steps: Step[] = []
  let step: Step = { when: 'always', pipeline: [{ words: [] }] }
  const command = () => step.pipeline.at(-1)!
  const unexpected = (token: string) => `bash: syntax error near unexpected token \`${token}'`
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.kind === 'word') {
      command().words.push(token.text)
      continue
    }
    switch (token.text) {
      case '>':
      case '>>':
      case '2>': {
        const target = tokens[++i]
        if (target?.kind !== 'word') return unexpected(target?.text ?? 'newline')
        if (token.text === '2>') command().quiet = true
        else command().redirect = { path: target.text, append: token.text === '>>' }
        break
      }
      case '|':
        if (command().words.length === 0) return unexpected('|')
        step.pipeline.push({ words: [] })
        break
      default:
        if (command().words.length === 0) return unexpected(token.text)
        steps.push(step)
        step = { when: token.text === '&&' ? 'success' : token.text === '||' ? 'failure' : 'always', pipeline: [{ words: [] }] }
    }
  }
  if (step.pipeline.length > 1 && command().words.length === 0) return unexpected('newline')
  if (command().words.length > 0 || command().redirect) steps.push(step)
  else if (step.when !== 'always') return unexpected('newline')
  return steps
}

type Token = { kind: 'word' | 'operator'; text: string }

function tokenise(line: string): Token[] | string {
  const tokens: Token[] = []
  let word: string | undefined
  const end = () => {
    if (word !== undefined) tokens.push({ kind: 'word', text: word })
    word = undefined
  }
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!
    if (character === "'" || character === '"') {
      const close = line.indexOf(character, i + 1)
      if (close < 0) return `bash: unexpected EOF while looking for matching \`${character}'`
      word = (word ?? '') + line.slice(i + 1, close)
      i = close
    } else if (character === '\\') word = (word ?? '') + (line[++i] ?? '')
    else if (character === ' ' || character === '\t') end()
    else if (character === '#' && word === undefined) break
    else if (character === '2' && line[i + 1] === '>' && word === undefined) {
      if (line.startsWith('2>&1', i)) i += 3
      else {
        tokens.push({ kind: 'operator', text: '2>' })
        i++
      }
    } else if (';|>&\n'.includes(character)) {
      end()
      const doubled = line[i + 1] === character && '>&|'.includes(character)
      tokens.push({ kind: 'operator', text: character === '\n' ? ';' : doubled ? character + character : character })
      if (doubled) i++
    } else word = (word ?? '') + character
  }
  end()
  return tokens
}
