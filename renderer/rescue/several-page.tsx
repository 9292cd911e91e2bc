import { Button, Table } from '@mantine/core'
import { showIntervention } from '../actions.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { isOpenIntervention, pageKind } from '../tabs/tab-label.js'
import { useFormat } from '../ui/format.js'

/** A row per server in rescue: who waits for a person first, then the oldest. */
export function SeveralPage() {
  const t = useT()
  const format = useFormat()
  const interventions = useAppPart((app) => app.interventions)
  const waits = (one: (typeof interventions)[number]) => pageKind(one) === 'alarm' || pageKind(one) === 'attention'
  const open = interventions
    .filter(isOpenIntervention)
    .toSorted((a, b) => Number(waits(b)) - Number(waits(a)) || a.since.localeCompare(b.since))
  return (
    <div className="rt-page">
      <h1>{t('rescue.several.title', { n: open.length })}</h1>
      <p className="rt-dim">{t('rescue.several.lead')}</p>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('rescue.several.server')}</Table.Th>
            <Table.Th>{t('rescue.several.time')}</Table.Th>
            <Table.Th>{t('rescue.several.until')}</Table.Th>
            <Table.Th aria-label={t('rescue.several.next')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {open.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td>{one.name}</Table.Td>
              <Table.Td>{t('rescue.several.since', { time: format.time(one.since) })}</Table.Td>
              <Table.Td>
                {format.date(one.expiresAt)} {format.time(one.expiresAt)}
              </Table.Td>
              <Table.Td>
                <Button variant={waits(one) ? 'filled' : 'default'} onClick={() => showIntervention(one)}>
                  {t('rescue.alarm.show')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
