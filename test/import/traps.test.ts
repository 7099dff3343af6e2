// What READMEs and scripts of labs have that a naive reader takes wrongly.
import { describe, expect, it } from 'vitest';
import { fileOf, importTexts, readme, validate } from './rig.ts';

const fence = (...lines: readonly string[]): string => ['```bash', ...lines, '```', ''].join('\n');
const deploy = (...lines: readonly string[]) => readme(`# Lab\n\n## Deploy\n\n${fence(...lines)}`);
const statuses = (imported: ReturnType<typeof readme>) =>
  imported.verdicts.map(({ told, status }) => `${told.text.split('\n')[0]}: ${status}`);

describe('what is a command', () => {
  it('is found in fences, indented code, <pre>, sentences and plain lines', () => {
    const imported = readme(`# Lab

## Deploy

Type \`kind create cluster --name one\` first.

    kubectl create namespace two

<pre>
kubectl create namespace three &amp;&amp; kubectl create namespace four
</pre>

- kubectl create namespace five

Then wait; kubectl create is slow, they say.
`);
    expect(fileOf(imported, 'deploy.yaml').match(/^ {2}- id: (.*)$/gm)).toEqual([
      '  - id: one',
      '  - id: two',
      '  - id: three',
      '  - id: four',
      '  - id: five',
    ]);
  });

  it('is told from what it printed, with a prompt and without', () => {
    const imported = readme(`# Lab\n\n## Deploy\n
\`\`\`console
$ kubectl create namespace a
namespace/a created
cilium-tsccc   1/1   Running   0   9h
$ kubectl create namespace b \\
    --dry-run=none
\`\`\`

\`\`\`bash
kubectl create namespace c
namespace/c created
cilium        1/1     Running   0          9h
INFO[0000] Creating container: "leaf1"
kubectl create namespace d
\`\`\`
`);
    expect(imported.verdicts.map(({ told }) => told.line)).toEqual([6, 9, 14, 18]);
    expect(imported.printed.get('README.md')).toBe(5);
  });

  it('may stand at the prompt of root, and a comment is no command', () => {
    expect(
      statuses(readme('# Lab\n\n## Deploy\n\n```\n# containerlab deploy -t a.clab.yml\nINFO[0000] started\n```\n')),
    ).toEqual(['containerlab deploy -t a.clab.yml: turned']);
    const both = deploy('# containerlab deploy -t old.clab.yml', 'containerlab deploy -t new.clab.yml');
    expect(statuses(both)).toEqual([
      'containerlab deploy -t old.clab.yml: left',
      'containerlab deploy -t new.clab.yml: turned',
    ]);
    expect(fileOf(both, 'deploy.yaml')).not.toMatch(/^[^#]*old\.clab/m);
  });

  it('takes all of a here-document, and what a backslash or a loop leaves open', () => {
    const imported = deploy(
      'cat > pool.yaml <<EOF',
      'kind: Pool',
      'EOF',
      'helm install web \\',
      '  example/web',
      'for n in a b; do',
      '  kubectl create namespace $n',
      'done',
    );
    expect(imported.verdicts.map(({ told }) => [told.line, told.end])).toEqual([
      [6, 8],
      [9, 10],
      [12, 12],
      [12, 12],
    ]);
    expect(fileOf(imported, 'deploy.yaml')).toContain('run: [ kubectl, create, namespace, b ]');
  });
});

describe('state between lines', () => {
  it('goes into each step: folder, environment, context', () => {
    const text = fileOf(
      deploy(
        'cd topo',
        'export KUBECONFIG=$(pwd)/admin.conf',
        './make-certificates.sh',
        'kubectx blue',
        'kubectl apply -f app.yaml',
        'kubectl config use-context green',
        'kubectl create namespace x',
      ),
      'deploy.yaml',
    );
    expect(text).toContain('KUBECONFIG: ${{ inputs.folder }}/topo/admin.conf');
    expect(text).toContain('cwd: ${{ inputs.folder }}/topo');
    expect(text).toMatch(
      /uses: kubernetes.apply\n {4}with:\n {6}cluster: blue\n {6}file: \$\{\{ inputs.folder \}\}\/topo\/app.yaml/,
    );
    expect(text).toContain('[ kubectl, --context, green, create, namespace, x ]');
  });

  it('makes inputs of words in angle brackets, of questions, and of variables that nothing sets', () => {
    const imported = importTexts({
      'up.sh':
        'read -p "Which site? " SITE\nkubectl create namespace $SITE\nkubectl create namespace <your name>\nkubectl create namespace $TEAM\n',
    });
    const variant = fileOf(imported, 'variant.yaml');
    expect(variant).toMatch(/site: .*Which site\?/);
    expect(variant).toMatch(/your_name: /);
    expect(variant).toMatch(/team: .*\$TEAM/);
    expect(fileOf(imported, 'deploy.yaml')).toContain('"${{ inputs.your_name }}"');
  });

  it('finds out what only a command can tell, wherever it is read', async () => {
    const imported = importTexts({
      'up.sh': 'IP=$(docker inspect -f "{{.Id}}" web)\nkubectl create namespace "a$IP"\n',
      'test.sh': 'curl http://10.0.0.1\n',
    });
    expect(fileOf(imported, 'deploy.yaml')).toContain('a${{ steps["value-ip"].outputs.value }}');
    await validate(imported);
  });
});

describe('what would harm', () => {
  it('takes away only what was made here', () => {
    const imported = readme(`# Lab

## Deploy

${fence('minikube start -p red', 'kind create cluster --name blue', 'docker run -d --name web nginx', 'bgpd -d -i /tmp/bgpd.pid')}
## Clean up

${fence('minikube delete --all', 'kind delete clusters --all', 'docker rm -f $(docker ps -aq)', 'killall bgpd', 'docker system prune -af', 'sudo iptables -F', 'rm -rf /')}
`);
    expect(statuses(imported).slice(4)).toEqual([
      'minikube delete --all: covered',
      'kind delete clusters --all: covered',
      'docker rm -f $(docker ps -aq): covered',
      'killall bgpd: covered',
      'docker system prune -af: left',
      'sudo iptables -F: left',
      'rm -rf /: left',
    ]);
    for (const { text } of imported.files)
      expect(text.replaceAll(/^\s*#.*$/gm, '')).not.toMatch(
        /(delete|clusters|minikube)\S* --all|killall|ps -aq|prune|iptables|rm -rf/,
      );
  });

  it('keeps passwords out of every file, and asks the environment for them', () => {
    const imported = deploy(
      'docker login -u me -p hunter22 registry.example',
      'kubectl create secret generic db --from-literal=password=s3same',
      'curl -u admin:t0psecret http://10.0.0.1/api',
      'export DB_PASSWORD=letm3in',
      'sshpass -p r0uter ssh admin@leaf1 show version',
      'git clone https://me:gh0st@git.example/lab',
    );
    const all = imported.files.map(({ text }) => text).join('\n') + JSON.stringify(imported.verdicts);
    for (const secret of ['hunter22', 's3same', 't0psecret', 'letm3in', 'gh0st']) expect(all).not.toContain(secret);
    expect(fileOf(imported, 'variant.yaml')).toMatch(/secrets:\n/);
  });

  it('asks for no terminal, and leaves what never ends', () => {
    const imported = readme(
      `# Lab\n\n## Test\n\n${fence('docker exec -it client1 ping 10.0.0.1', 'docker exec -it client1 bash', 'kubectl port-forward svc/web 8080:80', 'sudo tcpdump -ni eth1', 'kubectl get pods -w')}`,
    );
    expect(fileOf(imported, 'verify.yaml')).toContain('[ docker, exec, client1, ping, -c, "3", 10.0.0.1 ]');
    expect(statuses(imported)).toEqual([
      'docker exec -it client1 ping 10.0.0.1: check',
      'docker exec -it client1 bash: absorbed',
      'kubectl port-forward svc/web 8080:80: left',
      'sudo tcpdump -ni eth1: left',
      'kubectl get pods -w: check',
    ]);
  });
});

describe('waiting', () => {
  it('becomes patience of checks', () => {
    const text = fileOf(
      deploy(
        'kubectl apply -f https://git.example/metallb.yaml',
        'sleep 90',
        'kubectl wait --for=condition=ready pod -l app=metallb --timeout=3m',
        'until curl -s http://10.0.0.1; do sleep 5; done',
      ),
      'deploy.yaml',
    );
    expect(text).toMatch(/--timeout=1s \]\n {8}within: 3m/);
    expect(text).toContain('curl -s http://10.0.0.1');
    expect(text).not.toContain('sleep');
  });
});

describe('exercises', () => {
  it('become workflows of their own, whose way back is what the text says', () => {
    const imported = importTexts({
      'README.md': `# Lab\n\n## Exercises\n\n### 1. Prepend\n\nOn **alpha**:\n\n\`\`\`\nvtysh\nconfigure terminal\nrouter bgp 65001\nend\n\`\`\`\n\nTo revert:\n\n\`\`\`\nconfigure terminal\nno router bgp 65001\nend\n\`\`\`\n`,
      'a.clab.yml': 'name: a\ntopology:\n  nodes: { alpha: { kind: linux, image: frr } }\n',
    });
    const text = fileOf(imported, 'prepend.yaml');
    expect(text).toContain(
      '[ docker, exec, clab-a-alpha, vtysh, -c, configure terminal, -c, router bgp 65001, -c, end ]',
    );
    expect(text).toMatch(
      /undo:\n {6}run: \[ docker, exec, clab-a-alpha, vtysh, -c, configure terminal, -c, no router bgp 65001, -c, end \]/,
    );
    expect(fileOf(imported, 'prepend-revert.yaml')).toContain('undoes: prepend');
  });
});

describe('texts that name other things than there are', () => {
  it('take the topology that was given, and say so', () => {
    const imported = importTexts({
      'README.md': `# Lab\n\n## Deploy\n\n${fence('containerlab deploy -t old01.clab.yml')}`,
      'new.clab.yml': 'name: new\ntopology:\n  nodes: { a: { kind: linux, image: i } }\n',
    });
    const text = fileOf(imported, 'deploy.yaml');
    expect(text).toContain('topology: ${{ inputs.folder }}/new.clab.yml');
    expect(text).toContain(
      '# taken for granted: the text names old01.clab.yml; the topology that was given is new.clab.yml',
    );
  });

  it('have clusters switched: what stands before is about the other', () => {
    const text = fileOf(
      deploy(
        'kind create cluster --name one',
        'kind create cluster --name two',
        'kubectl create namespace x',
        'kubectx kind-two',
        'kubectl create namespace y',
      ),
      'deploy.yaml',
    );
    expect(text).toContain('[ kubectl, --context, kind-one, create, namespace, x ]');
    expect(text).toContain('[ kubectl, --context, kind-two, create, namespace, y ]');
  });
});

describe('a Makefile', () => {
  it('is read target by target, its variables in place, and make’s own language is told', () => {
    const imported = importTexts({
      Makefile:
        'NAME ?= web\n.PHONY: up down\nup: net ## all of it\n\t@echo go\n\tdocker run -d --name $(NAME) nginx\nnet:\n\tdocker network create lab\nifdef X\nendif\ndown:\n\tdocker rm -f $(NAME)\nshell:\n\tdocker exec -it $(NAME) sh\n',
    });
    expect(fileOf(imported, 'deploy.yaml').match(/^ {2}- id: (.*)$/gm)).toEqual(['  - id: network-lab', '  - id: web']);
    expect(statuses(imported)).toContain('docker rm -f web: covered');
    expect(statuses(imported)).toContain('ifdef X: left');
  });
});

describe('a topology alone', () => {
  it('is deployed, with its places', async () => {
    const imported = importTexts({
      'dc.clab.yml':
        'name: dc\ntopology:\n  nodes:\n    leaf1: { kind: srl, image: srl }\n    c1: { kind: linux, image: x }\n  links:\n    - endpoints: ["leaf1:e1-1", "c1:eth1"]\n',
    });
    expect(fileOf(imported, 'deploy.yaml')).toContain('nodes: [ clab-dc-leaf1, clab-dc-c1 ]');
    expect(fileOf(imported, 'variant.yaml')).toContain('{ name: leaf1, container: clab-dc-leaf1 }');
    await validate(imported);
  });

  it('that can’t be read is told with its line', () => {
    const imported = importTexts({ 'dc.clab.yml': 'name: dc\ntopology:\n  nodes:\n    leaf1: [wrong]\n' });
    expect(imported.verdicts[0]).toMatchObject({ status: 'left', told: { file: 'dc.clab.yml', line: 4 } });
  });
});
