/** What the palette offers: first what is next for the server in front, then commands with their keys, then servers. */
import {
  IconArrowBackUp,
  IconEraser,
  IconFileImport,
  IconFileText,
  IconFilter,
  IconFolder,
  IconGauge,
  IconLayoutSidebar,
  IconLayoutSidebarRight,
  IconPlugConnected,
  IconPlus,
  IconSchool,
  IconSearch,
  IconSettings,
  IconTerminal2,
  IconX,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { AppState } from '../../shared/contract.js'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { visitId } from '../../shared/visit-id.js'
import {
  closeActiveTab,
  duplicateSession,
  openPractice,
  openServer,
  openStartTab,
  reconnectSession,
  showDiagnosis,
  showDialog,
  showEnter,
  showIntervention,
  showSettings,
  togglePanel,
  toggleServers,
} from '../actions.js'
import { toggleFiles } from '../files/store.js'
import type { Translate } from '../i18n.js'
import { runTerminalCommand, type ShortcutName } from '../keys.js'
import { leaveRescue, restoreNow } from '../rescue/commands.js'
import { restoreRisk } from '../rescue/restore-risk.js'
import { showServers } from '../state.js'
import { focusFilter } from '../tabs/focus.js'
import { isOpenIntervention, nameOf } from '../tabs/tab-label.js'
import { Badge, RescueGlyph } from '../ui/glyphs.js'

export interface PaletteEntry {
  id: string
  group: 'now' | 'commands' | 'servers'
  label: string
  note?: string
  icon: ReactNode
  shortcut?: ShortcutName
  /** Shown dimmed; the note says why. */
  disabled?: boolean
  run(): void
}

const iconProps = { size: 16, stroke: 1.75, 'aria-hidden': true }

export function paletteEntries(app: AppState, session: TerminalSession | undefined, t: Translate): PaletteEntry[] {
  return [...now(app, session, t), ...commands(app, session, t), ...servers(app)]
}

/** The rescue of the terminal in front; from any other tab the only one there is. */
function rescueInFront(open: readonly Intervention[], session: TerminalSession | undefined): Intervention | undefined {
  return open.find((one) => one.id === session?.interventionId) ?? (open.length === 1 ? open[0] : undefined)
}

/** The rescue in front, or all of them when none is. */
function now(app: AppState, session: TerminalSession | undefined, t: Translate): PaletteEntry[] {
  const open = app.interventions.filter(isOpenIntervention)
  const mine = rescueInFront(open, session)
  if (!mine) {
    return open.map((one) => ({
      id: `open-${one.id}`,
      group: 'now',
      label: t('common.palette.open', { server: nameOf(one, t) }),
      icon: <RescueGlyph />,
      run: () => showIntervention(one),
    }))
  }
  const { id } = mine
  return [
    {
      id: 'leave',
      group: 'now',
      label: t('common.palette.leave'),
      note: t(mine.practice ? 'common.palette.leavePractice' : 'common.palette.leaveNote'),
      icon: <RescueGlyph />,
      run() {
        showIntervention(mine)
        void leaveRescue(id)
      },
    },
    {
      id: 'restore',
      group: 'now',
      label: t('rescue.banner.restore', { n: mine.setAside }),
      note: t(restoreRisk(mine) === 'rescue-key' ? 'common.palette.restoreAsks' : 'common.palette.restoreNote', { n: mine.setAside }),
      icon: <IconArrowBackUp {...iconProps} />,
      run: () => restoreNow(mine),
    },
  ]
}

function commands(app: AppState, session: TerminalSession | undefined, t: Translate): PaletteEntry[] {
  const isOpen = session?.phase.kind === 'open'
  const isBusy = session?.phase.kind === 'connecting' || session?.phase.kind === 'host-key' || session?.phase.kind === 'needs-credentials'
  const server = app.servers.find((one) => one.id === session?.serverId)
  const needsTerminal = session ? {} : { disabled: true, note: t('common.palette.offDown') }
  const rescue = rescueInFront(app.interventions.filter(isOpenIntervention), session)
  const diagnosis = (kind: 'speed' | 'report') =>
    rescue && !rescue.practice
      ? { run: () => showDiagnosis(kind, visitId(rescue.host, rescue.port), nameOf(rescue, t)) }
      : { disabled: true, note: t('common.palette.offRescue'), run() {} }
  const list: Omit<PaletteEntry, 'group'>[] = [
    { id: 'new-tab', label: t('common.keys.new-tab'), icon: <IconPlus {...iconProps} />, shortcut: 'new-tab', run: openStartTab },
    { id: 'close-tab', label: t('common.keys.close-tab'), icon: <IconX {...iconProps} />, shortcut: 'close-tab', run: closeActiveTab },
    {
      id: 'reconnect',
      label: t('common.palette.reconnect'),
      icon: <IconPlugConnected {...iconProps} />,
      note: t('common.palette.alsoReconnect'),
      ...needsTerminal,
      ...(isOpen || isBusy ? { disabled: true, note: t('common.palette.off') } : {}),
      run: () => session && void reconnectSession(session),
    },
    {
      id: 'duplicate',
      label: t('common.palette.duplicate'),
      icon: <IconTerminal2 {...iconProps} />,
      ...(isOpen ? {} : { disabled: true, note: t('common.palette.offDown') }),
      run: () => session && void duplicateSession(session.id),
    },
    {
      id: 'search',
      label: t('common.palette.search'),
      icon: <IconSearch {...iconProps} />,
      shortcut: 'search',
      ...needsTerminal,
      run: () => runTerminalCommand('search'),
    },
    {
      id: 'clear',
      label: t('common.palette.clear'),
      icon: <IconEraser {...iconProps} />,
      shortcut: 'clear',
      ...needsTerminal,
      run: () => runTerminalCommand('clear'),
    },
    {
      id: 'filter',
      label: t('common.keys.filter'),
      icon: <IconFilter {...iconProps} />,
      shortcut: 'filter',
      run() {
        showServers()
        focusFilter()
      },
    },
    {
      id: 'servers',
      label: t('common.keys.servers'),
      icon: <IconLayoutSidebar {...iconProps} />,
      shortcut: 'servers',
      run: toggleServers,
    },
    {
      id: 'panel',
      label: t('common.keys.panel'),
      icon: <IconLayoutSidebarRight {...iconProps} />,
      shortcut: 'panel',
      run: togglePanel,
    },
    {
      id: 'files',
      label: t('common.keys.files'),
      icon: <IconFolder {...iconProps} />,
      shortcut: 'files',
      ...needsTerminal,
      run: toggleFiles,
    },
    {
      id: 'enter-rescue',
      label: server ? t('enter.commandFor', { server: server.name }) : t('enter.command'),
      icon: <RescueGlyph ink />,
      ...(server ? (server.interventionId ? { disabled: true, note: t('enter.inRescue') } : {}) : { disabled: true, note: t('enter.off') }),
      run: () => server && showEnter(server.id),
    },
    { id: 'speed', label: t('common.palette.speed'), icon: <IconGauge {...iconProps} />, ...diagnosis('speed') },
    { id: 'report', label: t('common.palette.report'), icon: <IconFileText {...iconProps} />, ...diagnosis('report') },
    {
      id: 'add-server',
      label: t('servers.nav.add'),
      icon: <IconPlus {...iconProps} />,
      run: () => showDialog({ kind: 'add-server' }),
    },
    {
      id: 'import',
      label: t('common.palette.import'),
      icon: <IconFileImport {...iconProps} />,
      run: () => showDialog({ kind: 'import' }),
    },
    { id: 'practice', label: t('common.palette.practise'), icon: <IconSchool {...iconProps} />, run: () => void openPractice() },
    {
      id: 'settings',
      label: t('common.keys.settings'),
      icon: <IconSettings {...iconProps} />,
      shortcut: 'settings',
      run: () => showSettings(),
    },
  ]
  return list.map((one) => ({ ...one, group: 'commands' }))
}

const servers = (app: AppState): PaletteEntry[] =>
  app.servers.map((server) => ({
    id: `server-${server.id}`,
    group: 'servers',
    label: server.name,
    note: server.target,
    icon: <Badge badge={server.badge} quiet />,
    run: () => openServer(server.id),
  }))
