/// What travels between the portal and the HTTP API, named once.

export interface Label {
  key: string;
  value: string;
}

export interface StateHistory {
  state: string;
  date: string;
}

export interface State {
  current: string;
  startDate?: string | null;
  endDate?: string | null;
  duration?: number | string | null;
  histories: StateHistory[];
}

export interface Page<T> {
  results: T[];
  total: number;
  totalExact?: boolean;
}

export interface FlowInput {
  id: string;
  type: string;
  displayName?: string | null;
  description?: string | null;
  required?: boolean;
  defaults?: unknown;
  values?: unknown[] | null;
  options?: unknown[] | null;
  allowCustomValue?: boolean;
  isRadio?: boolean;
  itemType?: string | null;
  min?: number | string | null;
  max?: number | string | null;
  after?: string | null;
  before?: string | null;
  validator?: string | null;
  extension?: string | null;
  dependsOn?: { inputs?: string[]; condition?: string } | null;
}

export interface FlowTask {
  id: string;
  type: string;
  tasks?: unknown;
  onResume?: FlowInput[];
  [key: string]: unknown;
}

export interface FlowTrigger {
  id: string;
  type: string;
  disabled?: boolean;
  cron?: string;
  description?: string | null;
  [key: string]: unknown;
}

export interface Flow {
  id: string;
  namespace: string;
  revision: number;
  description?: string | null;
  labels?: Label[] | Record<string, string> | null;
  disabled: boolean;
  deleted: boolean;
  inputs?: FlowInput[] | null;
  tasks?: FlowTask[];
  errors?: FlowTask[] | null;
  finally?: FlowTask[] | null;
  triggers?: FlowTrigger[] | null;
  updated?: string;
  /** Who saved this revision. */
  author?: string | null;
  source?: string;
}

export interface FlowKey {
  namespace: string;
  id: string;
}

export interface Attempt {
  state: State;
  workerId?: string | null;
  logFile?: string | null;
}

export interface TaskRun {
  id: string;
  taskId: string;
  parentTaskRunId?: string | null;
  value?: string | null;
  iteration?: number | null;
  attempts?: Attempt[] | null;
  state: State;
}

export interface ExecutionTrigger {
  id: string;
  type: string;
  variables?: Record<string, unknown> | null;
}

export interface Execution {
  id: string;
  namespace: string;
  flowId: string;
  flowRevision: number;
  state: State;
  labels?: Label[] | null;
  inputs?: Record<string, unknown> | null;
  outputs?: Record<string, unknown> | null;
  trigger?: ExecutionTrigger | null;
  parentId?: string | null;
  originalId?: string | null;
  scheduleDate?: string | null;
  taskRunList?: TaskRun[] | null;
}

export interface LatestExecution {
  id: string;
  namespace: string;
  flowId: string;
  startDate: string;
  status: string;
}

export interface LogLine {
  timestamp: string;
  level: string;
  taskId?: string | null;
  taskRunId?: string | null;
  attemptNumber?: number | null;
  message: string;
  index?: number;
}

export interface Metric {
  name: string;
  type: string;
  value: number;
  taskId?: string;
  taskRunId?: string;
  timestamp?: string;
  tags?: Record<string, string> | null;
}

export interface Reason {
  code: string;
  message: string;
  taskRunId?: string | null;
  blocker?: unknown;
}

export interface GraphNode {
  uid: string;
  type: string;
  task?: { id: string; type: string } | null;
  trigger?: { id: string; type: string } | null;
  triggerDeclaration?: { id: string; type: string } | null;
  branchType?: string | null;
  /** The task of a group, on the group's cluster. */
  taskNode?: { task?: { id: string; type: string } | null } | null;
}

export interface GraphEdge {
  source: string;
  target: string;
  relation?: { relationType?: string; value?: string | null } | null;
}

export interface GraphCluster {
  cluster: GraphNode;
  nodes: string[];
  parents?: string[];
  start?: string;
  end?: string;
}

export interface FlowGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  clusters?: GraphCluster[] | null;
}

export interface SourceError {
  path?: string | null;
  line?: number | null;
  column?: number | null;
  code?: string | null;
  severity?: string | null;
  message: string;
}

export interface Validation {
  index: number;
  constraints?: string | null;
  deprecationPaths?: string[] | null;
  warnings?: string[] | null;
  infos?: string[] | null;
  errors?: SourceError[] | null;
}

export interface InputValidation {
  inputs: {
    input: FlowInput;
    value?: unknown;
    enabled: boolean;
    errors?: { message: string }[] | null;
  }[];
}

export interface Me {
  id: string;
  email: string;
  firstName?: string | null;
  lastName?: string | null;
  tenants: { id: string; name: string }[];
  superAdmin?: boolean;
  instanceOwner?: boolean;
}

export interface Namespace {
  id: string;
  description?: string | null;
}

export interface PluginGroup {
  name: string;
  title?: string;
  tasks?: PluginElement[];
  triggers?: PluginElement[];
}

export type PluginElement = string | { cls: string; title?: string | null; deprecated?: boolean };
