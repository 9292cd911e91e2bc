/** Many small questions over one connection. */

interface Call<A> {
  questions: readonly string[]
  answer(answers: Promise<A[]>): void
}

/**
 * Questions of the same turn of the event loop travel together, and none is asked twice: a round trip costs more than what it carries.
 * What failed together is asked apart, so that a question without an answer costs no other one; it is asked again the next time.
 */
export function gather<A>(ask: (questions: readonly string[]) => Promise<A[]>): (questions: readonly string[]) => Promise<A[]> {
  const known = new Map<string, Promise<A>>()
  let waiting: Call<A>[] = []

  function askTogether() {
    const calls = waiting
    waiting = []
    const all = calls.flatMap(({ questions }) => questions)
    const answers = ask(all)
    let begin = 0
    for (const { questions, answer } of calls) {
      const from = begin
      begin += questions.length
      answer(
        answers.then(
          (found) => found.slice(from, from + questions.length),
          (error) => (calls.length > 1 ? ask(questions) : Promise.reject(error)),
        ),
      )
    }
  }

  return (questions) => {
    const fresh = [...new Set(questions)].filter((question) => !known.has(question))
    if (fresh.length > 0) {
      const answers = new Promise<A[]>((resolve) => {
        if (waiting.length === 0) setImmediate(askTogether)
        waiting.push({ questions: fresh, answer: resolve })
      })
      for (const [index, question] of fresh.entries()) {
        const answer = answers.then((found) => found[index]!)
        known.set(question, answer)
        answer.catch(() => known.delete(question))
      }
    }
    return Promise.all(questions.map((question) => known.get(question)!))
  }
}
